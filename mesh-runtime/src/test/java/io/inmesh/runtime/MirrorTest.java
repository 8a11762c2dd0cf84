package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Headers;
import io.inmesh.config.Action;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.InternalRedirectPolicy;
import io.inmesh.config.MirrorPolicy;
import io.inmesh.config.Rewrite;
import io.inmesh.config.Route;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.Timeouts;
import io.inmesh.runtime.World.Seen;
import io.inmesh.testkit.Chunks;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeStream;
import io.inmesh.testkit.FakeTransport;
import io.inmesh.transport.Stream.Closed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Copies of requests, and redirects that are followed in the mesh. */
class MirrorTest {
  private static Action.Forward action(
      List<MirrorPolicy> mirrors, Optional<InternalRedirectPolicy> redirects) {
    Action.Forward plain = Configs.forward("v1");
    return new Action.Forward(
        plain.clusters(),
        503,
        Rewrite.NONE,
        Timeouts.DEFAULT.withResponse(Duration.ofSeconds(2)),
        Optional.empty(),
        Optional.empty(),
        mirrors,
        List.of(),
        Map.of(),
        redirects,
        Action.Priority.DEFAULT);
  }

  private static MirrorPolicy to(String cluster, FractionalPercent share) {
    return new MirrorPolicy(
        Optional.of(cluster),
        Optional.empty(),
        share,
        false,
        Optional.empty(),
        HeaderMutations.NONE,
        Optional.empty());
  }

  private static World mirrored(Action.Forward action) {
    var world = World.simple(action, "a");
    world.put(Configs.cluster("copy"), Configs.endpoints("copy", "m"));
    return world;
  }

  private static FakeStream copy(World world) {
    return world.transport.streams().stream()
        .filter(stream -> stream.address().host().equals("m"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aCopyGoesToTheMirrorAndItsAnswerNowhere() {
    World world = mirrored(action(List.of(to("copy", FractionalPercent.ALL)), Optional.empty()));
    world.transport.peer("a", FakeTransport.saying("real"));
    world.transport.peer("m", FakeTransport.saying(500, "copied"));
    Seen seen = world.send(World.post(new Chunks(Headers.of("x-sum", "1"), "one", "two")));
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.body()).isEqualTo("real");
    assertThat(copy(world).body()).isEqualTo("onetwo");
    assertThat(copy(world).trailers()).isEqualTo(Headers.of("x-sum", "1"));
    assertThat(copy(world).requestLine()).isEqualTo("POST http://reviews-shadow:80/");
    assertThat(world.mesh.counters().mirrors()).isEqualTo(1);
    assertThat(world.log).hasSize(1);
    assertThat(world.busy("copy")).isZero();
  }

  @Test
  void aMirrorThatFailsOrFallsSilentDoesNotTouchTheCall() {
    World world = mirrored(action(List.of(to("copy", FractionalPercent.ALL)), Optional.empty()));
    world.transport.peer("m", FakeTransport.refusing(Closed.CONNECT_FAILURE));
    assertThat(world.send(GET).status()).isEqualTo(200);
    world.transport.peer("m", FakeTransport.silent());
    Seen seen = world.start(GET);
    world.pass(1);
    assertThat(seen.sink().ended()).isNotNull();
    assertThat(world.busy("copy")).isEqualTo(2);
    world.pass(1_998);
    assertThat(copy(world).isReset()).isFalse();
    world.pass(1);
    assertThat(copy(world).isReset()).as("given up after the route's timeout").isTrue();
    assertThat(world.busy("copy")).isZero();
  }

  @Test
  void aShareOfTheCallsIsMirrored() {
    World world =
        mirrored(action(List.of(to("copy", new FractionalPercent(25, 100, ""))), Optional.empty()));
    for (int i = 0; i < 400; i++) {
      world.start(GET);
      world.pass(2);
    }
    assertThat(world.mesh.counters().mirrors()).isBetween(65L, 140L);
  }

  private static World redirecting(InternalRedirectPolicy policy) {
    var route =
        new Route(
            "from",
            RouteMatch.of(new RouteMatch.Prefix("/from", true)),
            action(List.of(), Optional.of(policy)));
    var world = World.serving(route, "a");
    world.put(
        Configs.routes("r", "*", route, Configs.route("/to", Configs.forward("v2"))),
        Configs.cluster("v2"));
    world.put(Configs.endpoints("v2", "b"));
    return world;
  }

  private static InternalRedirectPolicy policy(int max, boolean crossScheme, Integer... codes) {
    return new InternalRedirectPolicy(
        max, List.of(codes), List.of(), crossScheme, List.of("x-copied"));
  }

  @Test
  void aRedirectIsFollowedThroughFiltersAndRoutes() {
    World world = redirecting(policy(1, false, 302));
    world.transport.peer(
        "a",
        FakeTransport.answering(302, "location", "http://other:80/to/x?y#part", "x-copied", "yes"));
    world.transport.peer("b", FakeTransport.saying("there"));
    var body = new Chunks("one", "two");
    Seen seen = world.send(withPath(World.post(body), "/from"));
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.body()).isEqualTo("there");
    FakeStream second = world.transport.last();
    assertThat(second.requestLine()).isEqualTo("POST http://other:80/to/x?y");
    assertThat(second.body()).isEqualTo("onetwo");
    assertThat(second.headers().get("x-envoy-original-url")).isEqualTo("http://reviews:80/from");
    assertThat(second.headers().get("x-copied")).isEqualTo("yes");
    assertThat(seen.call().outcome().cluster()).isEqualTo("v2");
    assertThat(world.busy("v1") + world.busy("v2")).isZero();
    assertThat(world.log).hasSize(1);
  }

  private static io.inmesh.call.Request withPath(io.inmesh.call.Request request, String path) {
    return new io.inmesh.call.Request(
        request.method(),
        request.scheme(),
        request.authority(),
        path,
        request.headers(),
        request.body(),
        request.timeout());
  }

  @Test
  void seeOtherBecomesAGetWithoutBody() {
    World world = redirecting(policy(1, false, 303));
    world.transport.peer("a", FakeTransport.answering(303, "location", "http://o/to"));
    world.send(withPath(World.post(new Chunks("one")), "/from"));
    assertThat(world.transport.last().requestLine()).isEqualTo("GET http://o/to");
    assertThat(world.transport.last().body()).isEmpty();
  }

  @Test
  void whatMayNotBeFollowedIsPassedOnUnchanged() {
    assertPassedOn(policy(1, false, 302), "https://o/to");
    assertPassedOn(policy(1, false, 307), "http://o/to");
    assertPassedOn(policy(1, false, 302), "/to");
    assertPassedOn(policy(1, false, 302), "http://o/nowhere");
    assertPassedOn(policy(0, false, 302), "http://o/to");
    assertPassedOn(
        new InternalRedirectPolicy(1, List.of(302), List.of("some.Unknown"), true, List.of()),
        "http://o/to");
  }

  private static void assertPassedOn(InternalRedirectPolicy policy, String location) {
    World world = redirecting(policy);
    world.transport.peer("a", FakeTransport.answering(302, "location", location));
    Seen seen = world.send(World.get("reviews:80", "/from"));
    assertThat(seen.status()).as(location).isEqualTo(302);
    assertThat(seen.call().path()).isEqualTo("/from");
    assertThat(seen.call().authority()).isEqualTo("reviews:80");
    assertThat(seen.call().headers().contains("x-envoy-original-url")).isFalse();
    assertThat(world.transport.streams()).hasSize(1);
  }

  @Test
  void redirectsAreCounted() {
    World world = redirecting(policy(2, false, 302));
    world.transport.peer("a", FakeTransport.answering(302, "location", "http://o/from"));
    Seen seen = world.send(World.get("reviews:80", "/from"));
    assertThat(seen.status()).isEqualTo(302);
    assertThat(world.transport.streams()).hasSize(3);
  }

  @Test
  void theResponseTimeoutCountsAfterRedirectsOfABody() {
    World world = redirecting(policy(2, false, 302));
    world.transport.peer(
        "a",
        FakeTransport.script(
            FakeTransport.answering(302, "location", "http://o/from"),
            FakeTransport.answering(302, "location", "http://o/to")));
    world.transport.peer("b", FakeTransport.silent());
    Seen seen = world.start(withPath(World.post(new Chunks("one", "two")), "/from"));
    world.pass(14_900);
    assertThat(world.transport.streams()).hasSize(3);
    assertThat(world.transport.last().body()).isEqualTo("onetwo");
    assertThat(seen.status()).isZero();
    world.pass(200);
    assertThat(seen.status()).isEqualTo(504);
    assertThat(seen.call().details()).isEqualTo("response_timeout");
    assertThat(world.busy("v1") + world.busy("v2")).isZero();
  }

  @Test
  void redirectsOfRequestsWithBodiesAreCountedToo() {
    World world = redirecting(policy(2, false, 302));
    world.transport.peer("a", FakeTransport.answering(302, "location", "http://o/from"));
    Seen seen = world.send(withPath(World.post(new Chunks("one", "two")), "/from"));
    assertThat(seen.status()).isEqualTo(302);
    assertThat(world.transport.streams()).hasSize(3);
    assertThat(world.transport.last().body()).isEqualTo("onetwo");
  }
}
