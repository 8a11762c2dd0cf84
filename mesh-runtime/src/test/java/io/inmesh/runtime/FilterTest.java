package io.inmesh.runtime;

import static io.inmesh.runtime.World.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.CallSink;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.Action;
import io.inmesh.config.Buffer;
import io.inmesh.config.Extension;
import io.inmesh.config.Fault;
import io.inmesh.config.FilterOverride;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.JwtAuthentication;
import io.inmesh.config.LocalRateLimit;
import io.inmesh.config.LocalRateLimit.Bucket;
import io.inmesh.config.Metadata;
import io.inmesh.config.Resource;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.Route;
import io.inmesh.config.RouteMatch;
import io.inmesh.runtime.World.Seen;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeTransport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What built-in filters hold over time: tokens, faults, bodies, keys. */
class FilterTest {
  private static World world(Extension settings, Route... routes) {
    var world = new World();
    serve(world, settings, routes);
    return world;
  }

  private static void serve(World world, Extension settings, Route... routes) {
    world.put(
        Configs.api("reviews:80", "r", Configs.filter("f", settings)),
        Configs.routes("r", "*", routes),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "one"),
        Configs.cluster("keys"),
        Configs.endpoints("keys", "keys"));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
  }

  private static LocalRateLimit limit(int tokens) {
    return new LocalRateLimit(
        Optional.of(new Bucket(tokens, 1, Duration.ofHours(1))),
        FractionalPercent.ALL,
        FractionalPercent.ALL,
        429,
        List.of(),
        List.of(),
        false,
        false,
        false,
        LocalRateLimit.Descriptors.NONE);
  }

  private static Route with(String prefix, Action action, Extension own) {
    return new Route(
        prefix,
        RouteMatch.of(new RouteMatch.Prefix(prefix, true)),
        action,
        HeaderMutations.NONE,
        Map.of("f", new FilterOverride(Optional.of(own), false)),
        Metadata.EMPTY,
        Optional.empty(),
        Optional.empty());
  }

  private static int status(World world, String path) {
    return world.send(get("reviews:80", path)).status();
  }

  @Test
  void aBucketOutlivesWhatDoesNotConcernIt() {
    Route plain = Configs.route("/", Configs.direct(200, ""));
    World world = world(limit(2), plain);
    assertThat(status(world, "/")).isEqualTo(200);
    world.put(Configs.routes("r", "*", Configs.route("/x", Configs.direct(200, "")), plain));
    assertThat(status(world, "/")).isEqualTo(200);
    assertThat(status(world, "/")).isEqualTo(429);
    world.put(Configs.api("reviews:80", "r", Configs.filter("f", limit(1))));
    assertThat(status(world, "/")).as("another bucket begins full").isEqualTo(200);
    assertThat(status(world, "/")).isEqualTo(429);
    int parts = world.mesh.liveParts();
    world.plane.absent(Configs.key(Resource.Type.LISTENER, "reviews:80"));
    world.loop.runTasks();
    assertThat(world.mesh.liveParts()).isLessThan(parts);
  }

  @Test
  void routesHaveBucketsOfTheirOwnThoughTheirNumbersAreTheSame() {
    World world =
        world(
            limit(1),
            with("/a", Configs.direct(200, ""), limit(1)),
            with("/b", Configs.direct(200, ""), limit(1)),
            Configs.route("/", Configs.direct(200, "")));
    for (String path : List.of("/a", "/b", "/c")) {
      assertThat(status(world, path)).isEqualTo(200);
      assertThat(status(world, path)).isEqualTo(429);
    }
  }

  @Test
  void tokensFlowInEvenly() {
    World world = world(limit(1), Configs.route("/", Configs.direct(200, "")));
    assertThat(status(world, "/")).isEqualTo(200);
    assertThat(status(world, "/")).isEqualTo(429);
    world.loop.advance(Duration.ofHours(1));
    assertThat(status(world, "/")).isEqualTo(200);
    assertThat(status(world, "/")).isEqualTo(429);
  }

  private static Fault fault(int most) {
    return new Fault(
        Optional.of(new Fault.Delay(Optional.of(Duration.ofMillis(500)), FractionalPercent.ALL)),
        Optional.empty(),
        Optional.empty(),
        "",
        List.of(),
        List.of(),
        Optional.of(most));
  }

  @Test
  void noMoreFaultsAtOnceThanAllowed() {
    World world = world(fault(1), Configs.route("/", Configs.direct(200, "")));
    Seen first = world.start(World.GET);
    Seen second = world.start(World.GET);
    world.pass(100);
    assertThat(first.status()).as("it waits").isZero();
    assertThat(second.status()).as("it is spared").isEqualTo(200);
    world.pass(500);
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.call().has(Flag.DI)).isTrue();
    Seen third = world.start(World.GET);
    world.pass(100);
    assertThat(third.status()).as("the first is over").isZero();
  }

  private static World faulty(Map<String, Object> values, Fault.Keys keys) {
    var share = new FractionalPercent(0, 100, "");
    var fault =
        new Fault(
            Optional.of(new Fault.Delay(Optional.of(Duration.ofMillis(500)), share)),
            Optional.of(new Fault.Abort(Optional.of(418), Optional.empty(), share)),
            Optional.empty(),
            "",
            List.of(),
            List.of(),
            Optional.empty(),
            keys,
            Map.of("why", "a test"));
    var world = new World(new NameDialer(), builder -> builder.runtime(new RuntimeValues(values)));
    serve(world, fault, Configs.route("/", Configs.direct(200, "")));
    return world;
  }

  @Test
  void runTimeValuesReplaceFaults() {
    World named =
        faulty(
            Map.of("my.share", 100L, "my.status", 451L),
            new Fault.Keys("", "", "my.share", "my.status", "", "", ""));
    Seen aborted = named.start(World.GET);
    assertThat(aborted.status()).isEqualTo(451);
    assertThat(aborted.call().metadata("envoy.filters.http.fault", "why")).isEqualTo("a test");
    World usual =
        faulty(
            Map.of(
                "fault.http.delay.fixed_delay_percent",
                100L,
                "fault.http.delay.fixed_duration_ms",
                50L),
            Fault.Keys.DEFAULT);
    Seen delayed = usual.start(World.GET);
    usual.pass(40);
    assertThat(delayed.status()).isZero();
    usual.pass(20);
    assertThat(delayed.status()).isEqualTo(200);
    World ofCaller =
        faulty(
            Map.of("fault.http.web.abort.abort_percent", 100L, "fault.http.max_active_faults", 1L),
            Fault.Keys.DEFAULT);
    assertThat(ofCaller.start(World.GET).status()).isEqualTo(200);
    var fromWeb = Headers.of("x-envoy-downstream-service-cluster", "web");
    assertThat(ofCaller.start(World.GET.withHeaders(fromWeb)).status()).isEqualTo(418);
    World none =
        faulty(
            Map.of("fault.http.abort.abort_percent", 100L, "fault.http.max_active_faults", 0L),
            Fault.Keys.DEFAULT);
    assertThat(none.start(World.GET).status()).isEqualTo(200);
  }

  @Test
  void whoeverGivesUpIsNoFaultAnyMore() {
    World world = world(fault(1), Configs.route("/", Configs.direct(200, "")));
    Seen first = world.start(World.GET);
    world.pass(100);
    first.call().cancel("enough");
    world.pass(1);
    Seen second = world.start(World.GET);
    world.pass(100);
    assertThat(second.status()).isZero();
    world.pass(500);
    assertThat(second.status()).isEqualTo(200);
    assertThat(first.status()).as("it stays without an answer").isZero();
  }

  @Test
  void aSlowResponseComesByAndBy() {
    var slow = new Fault.ResponseRate(Optional.of(1L), FractionalPercent.ALL);
    var fault =
        new Fault(
            Optional.empty(),
            Optional.empty(),
            Optional.of(slow),
            "",
            List.of(),
            List.of(),
            Optional.of(1));
    World world = world(fault, Configs.route("/", Configs.forward("v1")));
    world.transport.peer("one", FakeTransport.saying(200, "x".repeat(2048)));
    Seen first = world.start(World.GET);
    world.pass(1);
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.sink().ended()).isNull();
    Seen second = world.start(World.GET);
    world.pass(1);
    assertThat(second.sink().ended()).as("one fault at a time").isNotNull();
    world.pass(1900);
    assertThat(first.sink().ended()).isNull();
    world.pass(100);
    assertThat(first.sink().ended()).isEqualTo(CallSink.Ended.COMPLETE);
    assertThat(first.body()).hasSize(2048);
    assertThat(world.busy("v1")).isZero();
  }

  @Test
  void aBodyThatIsAwaitedGoesOnWhole() {
    World world = world(new Buffer(10), Configs.route("/", Configs.forward("v1")));
    world.transport.peer("one", FakeTransport.answering(200));
    byte[] fits = "0123456789".getBytes(StandardCharsets.US_ASCII);
    assertThat(world.send(World.post(io.inmesh.call.Bodies.of(fits))).status()).isEqualTo(200);
    Seen large = world.send(World.post(io.inmesh.call.Bodies.of(new byte[11])));
    assertThat(large.status()).isEqualTo(413);
    assertThat(large.call().details()).isEqualTo("request_payload_too_large");
    assertThat(world.busy("v1")).isZero();
  }

  @Test
  void manyWaitForOneFetchOfKeys() {
    World world =
        world(
            jwt(
                new JwtAuthentication.RemoteJwks(
                    "http://keys/jwks",
                    "keys",
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(10),
                    false)),
            Configs.route("/", Configs.direct(200, "")));
    world.transport.peer("keys", FakeTransport.saying(200, jwks()));
    Request request = withToken();
    Seen first = world.start(request);
    Seen second = world.start(request);
    world.pass(1000);
    for (Seen seen : List.of(first, second)) {
      assertThat(seen.call().details())
          .isEqualTo("jwt_authn_access_denied{Jwt_verification_fails}");
    }
    assertThat(fetched(world)).isEqualTo(1);
    world.send(request);
    assertThat(fetched(world)).as("they are kept").isEqualTo(1);
    world.loop.advance(Duration.ofMinutes(11));
    world.send(request);
    assertThat(fetched(world)).as("they were too old").isEqualTo(2);
  }

  @Test
  void keysAreFetchedAheadAndAgain() {
    var ahead = new JwtAuthentication.AsyncFetch(false, Duration.ofSeconds(2));
    World world = keysFetched(Optional.empty(), Optional.of(ahead));
    assertThat(fetched(world)).as("before any request").isEqualTo(1);
    world.pass(1_900);
    assertThat(fetched(world)).isEqualTo(1);
    world.pass(200);
    assertThat(fetched(world)).as("a failed fetch is repeated").isEqualTo(2);
    world.transport.peer("keys", FakeTransport.saying(200, jwks()));
    world.pass(2_000);
    assertThat(fetched(world)).isEqualTo(3);
    assertThat(world.start(withToken()).call().details()).contains("verification_fails");
    assertThat(fetched(world)).as("the keys were there").isEqualTo(3);
    world.transport.peer("keys", FakeTransport.saying(503, ""));
    world.loop.advance(Duration.ofSeconds(594));
    assertThat(fetched(world)).isEqualTo(3);
    world.loop.advance(Duration.ofSeconds(2));
    assertThat(fetched(world)).as("five seconds before they are too old").isEqualTo(4);
    world.loop.advance(Duration.ofMinutes(20));
    assertThat(fetched(world)).isGreaterThan(500);
    assertThat(world.start(withToken()).call().details())
        .as("keys fetched ahead serve until there are others")
        .contains("verification_fails");
    world.put(Configs.api("reviews:80", "r"));
    world.pass(10);
    long before = fetched(world);
    world.loop.advance(Duration.ofMinutes(20));
    assertThat(fetched(world)).as("nobody needs them any more").isEqualTo(before);
  }

  @Test
  void aFailedFetchIsTriedAgain() {
    var retries = new RetryPolicy(Set.of(RetryPolicy.On.FIVE_XX), 2, Duration.ofSeconds(1));
    World world = keysFetched(Optional.of(retries), Optional.empty());
    assertThat(fetched(world)).isZero();
    Seen refused = world.send(withToken());
    assertThat(refused.call().details())
        .isEqualTo("jwt_authn_access_denied{Jwks_remote_fetch_is_failed}");
    assertThat(fetched(world)).isEqualTo(3);
  }

  /** A listener that needs keys from a cluster that answers with 503. */
  private static World keysFetched(
      Optional<RetryPolicy> retry, Optional<JwtAuthentication.AsyncFetch> async) {
    var remote =
        new JwtAuthentication.RemoteJwks(
            "http://keys/jwks",
            "keys",
            Duration.ofSeconds(1),
            Duration.ofMinutes(10),
            retry,
            async);
    World world = world(jwt(remote), Configs.route("/", Configs.direct(200, "")));
    world.transport.peer("keys", FakeTransport.saying(503, ""));
    world.pass(10);
    return world;
  }

  private static Request withToken() {
    return World.GET.withHeaders(
        Headers.of("authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA"));
  }

  private static String jwks() {
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[32]);
    return "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" + secret + "\"}]}";
  }

  private static long fetched(World world) {
    return world.transport.asked().stream().filter(host -> host.startsWith("keys")).count();
  }

  private static JwtAuthentication jwt(JwtAuthentication.Jwks keys) {
    var provider =
        new JwtAuthentication.Provider(
            "",
            List.of(),
            Optional.empty(),
            keys,
            new JwtAuthentication.Places(List.of(), List.of(), List.of(), false),
            new JwtAuthentication.Results("", false, "", "", "", List.of(), List.of(), false),
            false,
            Optional.empty(),
            Duration.ofSeconds(60));
    return new JwtAuthentication(
        Map.of("p", provider),
        List.of(
            new JwtAuthentication.Rule(
                RouteMatch.of(new RouteMatch.Prefix("/", true)),
                Optional.of(new JwtAuthentication.ByProvider("p", List.of())))),
        Map.of(),
        false,
        false);
  }
}
