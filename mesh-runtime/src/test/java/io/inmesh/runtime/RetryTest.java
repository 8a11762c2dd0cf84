package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.config.Action;
import io.inmesh.config.CircuitBreakers;
import io.inmesh.config.CircuitBreakers.RetryBudget;
import io.inmesh.config.CircuitBreakers.Thresholds;
import io.inmesh.config.Cluster;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.Metadata;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.HostSelection;
import io.inmesh.config.RetryPolicy.On;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.VirtualHost;
import io.inmesh.runtime.World.Seen;
import io.inmesh.testkit.Chunks;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeTransport;
import io.inmesh.transport.Stream.Closed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Further attempts: when, how often, where, and what is never sent twice. */
class RetryTest {
  private static final HostSelection OTHERS = new HostSelection(true, false, Metadata.EMPTY, 20, 0);

  private static RetryPolicy policy(int retries, On... on) {
    return new RetryPolicy(
        Set.of(on),
        retries,
        Duration.ZERO,
        Duration.ZERO,
        RetryPolicy.BackOff.DEFAULT,
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        OTHERS);
  }

  private static Action.Forward retrying(int retries, On... on) {
    return Configs.forward("v1").withRetry(policy(retries, on));
  }

  private static Cluster limited(Thresholds thresholds) {
    return new Cluster(
        "v1",
        new Cluster.Eds("v1"),
        io.inmesh.config.Balancing.DEFAULT,
        Cluster.Transport.DEFAULT,
        new CircuitBreakers(thresholds, thresholds, Optional.empty()),
        Optional.empty(),
        List.of(),
        Metadata.EMPTY);
  }

  @Test
  void seesAHostThatWasAddedAfterTheCallBegan() {
    var world = World.simple(retrying(2, On.CONNECT_FAILURE), "dead");
    world.transport.peer("dead", FakeTransport.refusing(Closed.CONNECT_FAILURE));
    Seen seen = world.start(GET);
    assertThat(seen.status()).isZero();
    world.plane.put(Configs.endpoints("v1", "new"));
    world.pass(1_000);
    assertThat(seen.status()).isEqualTo(200);
    assertThat(world.transport.asked()).containsExactly("new");
    assertThat(seen.call().attempts()).isEqualTo(2);
  }

  @Test
  void avoidsHostsThatWereTried() {
    for (int round = 0; round < 20; round++) {
      var world = World.simple(retrying(2, On.FIVE_XX), "a", "b", "c");
      world.transport.peer("a", FakeTransport.answering(503));
      world.transport.peer("b", FakeTransport.answering(500));
      for (int i = 0; i < round; i++) {
        world.loop.random();
      }
      Seen seen = world.send(GET);
      assertThat(seen.status()).isEqualTo(200);
      assertThat(world.transport.asked()).doesNotHaveDuplicates();
      assertThat(world.busy("v1")).isZero();
    }
  }

  @Test
  void theLastAnswerIsPassedOnWithUrx() {
    var world = World.simple(retrying(2, On.FIVE_XX), "a");
    world.transport.peer("a", FakeTransport.saying(503, "sorry"));
    Seen seen = world.send(GET);
    assertThat(seen.status()).isEqualTo(503);
    assertThat(seen.body()).isEqualTo("sorry");
    assertThat(seen.call().has(Flag.URX)).isTrue();
    assertThat(seen.call().details()).isEqualTo("via_upstream");
    assertThat(seen.call().attempts()).isEqualTo(3);
    assertThat(world.mesh.counters().retries()).isEqualTo(2);
    assertThat(world.busy("v1")).isZero();
    assertThat(world.log).hasSize(1);
  }

  @Test
  void aPolicyWithoutRetriesSetsUrx() {
    var world = World.simple(retrying(0, On.FIVE_XX), "a");
    world.transport.peer("a", FakeTransport.answering(503));
    Seen seen = world.send(GET);
    assertThat(seen.call().has(Flag.URX)).isTrue();
    assertThat(seen.call().attempts()).isEqualTo(1);
  }

  @Test
  void backsOffFullyJitteredAndDoubling() {
    var starts = new ArrayList<Long>();
    var world = World.simple(retrying(4, On.FIVE_XX), "a");
    world.transport.peer(
        "a",
        stream -> {
          starts.add(world.loop.nanoTime());
          stream.respond(503, "").complete();
        });
    world.send(GET);
    assertThat(starts).hasSize(5);
    for (int i = 1; i < starts.size(); i++) {
      long pause = starts.get(i) - starts.get(i - 1);
      assertThat(pause).isBetween(0L, Duration.ofMillis(25L << (i - 1)).toNanos());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CONNECT_FAILURE, UF, 503, remote connection failure",
    "CONNECT_TIMEOUT, UF, 503, connection timeout",
    "OVERFLOW, UO, 503, overflow",
    "RESET, UR, 503, remote reset",
    "TERMINATED, UC, 503, connection termination",
    "PROTOCOL_ERROR, UPE, 502, protocol error"
  })
  void whatBreaksWithoutAPolicyIsToldAsEnvoyTellsIt(
      Closed how, Flag flag, int status, String words) {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.peer("a", breaking(how));
    Seen seen = world.send(GET);
    assertThat(seen.status()).isEqualTo(status);
    assertThat(seen.call().outcome().flags()).containsExactly(flag);
    assertThat(seen.body())
        .isEqualTo(
            "upstream connect error or disconnect/reset before headers. reset reason: " + words);
    assertThat(seen.call().details())
        .isEqualTo("upstream_reset_before_response_started{" + words.replace(' ', '_') + "}");
    assertThat(seen.sink().headers().contains("x-envoy-overloaded"))
        .isEqualTo(how == Closed.OVERFLOW);
    assertThat(world.busy("v1")).isZero();
    assertThat(seen.sink().order()).containsExactly("head", "data", "end");
  }

  private static FakeTransport.Peer breaking(Closed how) {
    return switch (how) {
      case CONNECT_FAILURE, CONNECT_TIMEOUT, OVERFLOW -> FakeTransport.refusing(how);
      default -> FakeTransport.breaking(how);
    };
  }

  @Test
  void theBodySaysSoIfItWasTriedBefore() {
    var world = World.simple(retrying(1, On.RESET), "a");
    world.transport.peer("a", FakeTransport.breaking(Closed.TERMINATED));
    Seen seen = world.send(GET);
    assertThat(seen.body())
        .isEqualTo(
            "upstream connect error or disconnect/reset before headers. "
                + "retried and the latest reset reason: connection termination");
    assertThat(seen.call().outcome().flags()).containsExactlyInAnyOrder(Flag.URX, Flag.UC);
  }

  @ParameterizedTest
  @EnumSource(
      value = Closed.class,
      names = {"RESET", "TERMINATED", "CONNECT_FAILURE", "PROTOCOL_ERROR"})
  void aPostWithoutAPolicyIsNeverSentTwice(Closed how) {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.peer("a", breaking(how));
    Seen seen = world.send(World.post(new Chunks("once")));
    assertThat(seen.status()).isBetween(502, 503);
    assertThat(world.transport.streams()).hasSizeLessThanOrEqualTo(1);
    assertThat(world.mesh.counters().resent()).isZero();
  }

  @Test
  void whatNobodyHasSeenIsSentAgainOnceAndAtOnce() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.peer(
        "a",
        FakeTransport.script(FakeTransport.refusing(Closed.REFUSED), FakeTransport.answering(200)));
    Seen seen = world.start(World.post(new Chunks("once")));
    world.pass(1);
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.call().attempts()).isEqualTo(1);
    assertThat(world.mesh.counters().resent()).isEqualTo(1);
    assertThat(world.mesh.counters().retries()).isZero();
  }

  @Test
  void butNotASecondTime() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.peer("a", FakeTransport.breaking(Closed.REFUSED));
    Seen seen = world.send(GET);
    assertThat(world.transport.streams()).hasSize(2);
    assertThat(seen.call().outcome().flags()).containsExactly(Flag.UR);
    assertThat(seen.call().details())
        .isEqualTo("upstream_reset_before_response_started{remote_refused_stream_reset}");
  }

  @Test
  void andNotAtAllAsEnvoyDoesIt() {
    var world =
        new World(
            new io.inmesh.runtime.assemble.NameDialer(), builder -> builder.resendUnsent(false));
    world.put(
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", Configs.to("v1")),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "a"));
    world.transport.peer("a", FakeTransport.breaking(Closed.REFUSED));
    world.send(GET);
    assertThat(world.transport.streams()).hasSize(1);
  }

  @Test
  void aRefusedRetryIsPassedOnWithUo() {
    var world = World.simple(retrying(3, On.FIVE_XX), "a");
    world.put(limited(new Thresholds(9, 9, 9, 0, Optional.empty(), false)));
    world.transport.peer("a", FakeTransport.answering(503));
    Seen seen = world.send(GET);
    assertThat(seen.status()).isEqualTo(503);
    assertThat(seen.call().outcome().flags()).containsExactly(Flag.UO);
    assertThat(seen.call().attempts()).isEqualTo(1);
  }

  @Test
  void theBudgetCountsTheBackOff() {
    var world = World.simple(retrying(1, On.FIVE_XX), "a");
    world.put(limited(new Thresholds(99, 99, 99, 9, Optional.of(new RetryBudget(0, 5)), false)));
    world.transport.peer("a", FakeTransport.answering(503));
    var calls = new ArrayList<Seen>();
    for (int i = 0; i < 8; i++) {
      calls.add(world.start(GET));
    }
    world.pass(60_000);
    assertThat(calls.stream().filter(seen -> seen.call().attempts() == 2)).hasSize(5);
    assertThat(calls.stream().filter(seen -> seen.call().has(Flag.UO))).hasSize(3);
    assertThat(world.busy("v1")).isZero();
  }

  @Test
  void requestsAboveTheThresholdOverflow() {
    var world = World.simple(retrying(3, On.FIVE_XX, On.RESET, On.CONNECT_FAILURE), "a");
    world.put(limited(new Thresholds(99, 99, 2, 3, Optional.empty(), false)));
    world.transport.peer("a", FakeTransport.silent());
    world.start(GET);
    world.start(GET);
    Seen third = world.start(GET);
    assertThat(third.status()).isEqualTo(503);
    assertThat(third.call().outcome().flags()).containsExactly(Flag.UO);
    assertThat(third.sink().headers().get("x-envoy-overloaded")).isEqualTo("true");
    assertThat(third.call().details())
        .isEqualTo("upstream_reset_before_response_started{overflow}");
    assertThat(world.cluster("v1").admission(Action.Priority.DEFAULT).requests()).isEqualTo(2);
  }

  @Test
  void countsAttemptsInHeaders() {
    var world = new World();
    var host =
        new VirtualHost(
            "",
            List.of("*"),
            List.of(new Route("", Configs.to("v1").match(), retrying(2, On.FIVE_XX))),
            HeaderMutations.NONE,
            new VirtualHost.Policy(
                VirtualHost.RequireTls.NONE,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                true,
                true,
                true,
                Optional.empty()),
            List.of(),
            Map.of(),
            Metadata.EMPTY);
    world.put(
        Configs.api("reviews:80", "r"),
        new RouteConfiguration("r", List.of(host)),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "a"));
    world.transport.peer(
        "a", FakeTransport.script(FakeTransport.answering(503), FakeTransport.answering(200)));
    Seen seen = world.send(GET);
    assertThat(seen.sink().headers().get("x-envoy-attempt-count")).isEqualTo("2");
    assertThat(
            world.transport.streams().stream()
                .map(stream -> stream.headers().get("x-envoy-attempt-count")))
        .containsExactly("1", "2");
    assertThat(world.transport.last().headers().get("x-envoy-is-timeout-retry")).isEqualTo("false");
  }

  @Test
  void aRetriedBodyIsSentWhole() {
    var world = World.simple(retrying(2, On.FIVE_XX), "a", "b");
    world.transport.peer("a", FakeTransport.answering(503));
    world.transport.peer("b", FakeTransport.answering(503));
    var body = new Chunks(Headers.of("x-sum", "1"), "one", "two", "three");
    Seen seen = world.send(World.post(body));
    assertThat(seen.call().attempts()).isEqualTo(3);
    assertThat(world.transport.streams())
        .hasSize(3)
        .allSatisfy(
            stream -> {
              assertThat(stream.body()).isEqualTo("onetwothree");
              assertThat(stream.trailers()).isEqualTo(Headers.of("x-sum", "1"));
            });
    assertThat(body.most()).isEqualTo(1);
  }

  @Test
  void aBodyThatOutgrowsTheBufferGoesOnAndIsNotRepeated() {
    var route =
        new Route(
            "",
            Configs.to("v1").match(),
            retrying(2, On.FIVE_XX),
            HeaderMutations.NONE,
            Map.of(),
            Metadata.EMPTY,
            Optional.empty(),
            Optional.of(4L));
    var world = World.serving(route, "a");
    world.transport.peer("a", FakeTransport.answering(503));
    Seen seen = world.send(World.post(new Chunks("one", "two", "three")));
    assertThat(seen.status()).isEqualTo(503);
    assertThat(seen.call().has(Flag.URX)).isFalse();
    assertThat(world.transport.streams()).hasSize(1);
    assertThat(world.transport.last().body()).isEqualTo("onetwothree");
    assertThat(world.mesh.counters().unrepeatable()).isEqualTo(1);
  }

  @Test
  void whatOutgrowsTheBufferDuringABackOffIsStillSentWhole() {
    var route =
        new Route(
            "",
            Configs.to("v1").match(),
            retrying(2, On.FIVE_XX),
            HeaderMutations.NONE,
            Map.of(),
            Metadata.EMPTY,
            Optional.empty(),
            Optional.of(4L));
    var world = World.serving(route, "a");
    var body = new LateBody();
    world.transport.peer("a", FakeTransport.answering(200));
    Seen seen = world.start(World.post(body));
    body.give("one");
    world.transport.last().respond(503, "").complete();
    body.give("two");
    body.end();
    world.pass(1_000);
    assertThat(seen.status()).isEqualTo(200);
    assertThat(world.transport.streams()).hasSize(2);
    assertThat(world.transport.last().body()).isEqualTo("onetwo");
  }

  /** A body that gives a chunk when told. */
  private static final class LateBody implements io.inmesh.call.Body {
    private io.inmesh.call.Body.Sink sink;

    @Override
    public void open(Sink given) {
      sink = given;
    }

    @Override
    public void demand(int chunks) {}

    @Override
    public void cancel() {}

    void give(String text) {
      sink.onData(java.nio.ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    void end() {
      sink.onEnd(Headers.EMPTY);
    }
  }

  @Test
  void grpcStatusInTheHeadersIsRetried() {
    var world = World.simple(retrying(1, On.UNAVAILABLE), "a");
    world.transport.peer(
        "a",
        FakeTransport.script(
            FakeTransport.answering(200, "grpc-status", "14"),
            FakeTransport.answering(200, "grpc-status", "0")));
    Seen seen = world.send(World.get("reviews:80", "/", "content-type", "application/grpc"));
    assertThat(seen.call().attempts()).isEqualTo(2);
    assertThat(seen.sink().headers().get("grpc-status")).isEqualTo("0");
  }

  @Test
  void aRetryDoesNotTakeCanariesIfItMustNot() {
    var canary =
        new io.inmesh.config.EndpointSet.Endpoint(
            Configs.at("canary"),
            "",
            1,
            io.inmesh.config.EndpointSet.Health.UNKNOWN,
            new Metadata(Map.of(Metadata.LB, Map.of("canary", true))));
    var plain = new io.inmesh.config.EndpointSet.Endpoint(Configs.at("plain"));
    var rules = new HostSelection(false, true, Metadata.EMPTY, 50, 0);
    var policy =
        new RetryPolicy(
            Set.of(On.FIVE_XX),
            8,
            Duration.ZERO,
            Duration.ZERO,
            RetryPolicy.BackOff.DEFAULT,
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            rules);
    var world = World.simple(Configs.forward("v1").withRetry(policy), "x");
    world.put(io.inmesh.config.EndpointSet.of("v1", List.of(canary, plain)));
    world.transport.peer("plain", FakeTransport.answering(503));
    world.transport.peer("canary", FakeTransport.answering(503));
    world.send(GET);
    assertThat(world.transport.asked().subList(1, 9)).containsOnly("plain");
  }

  /** As in Envoy, the number is of further draws: one of them makes two. */
  @Test
  void oneFurtherDrawFindsTheOtherHost() {
    var once =
        new RetryPolicy(
            Set.of(On.GATEWAY_ERROR),
            1,
            Duration.ZERO,
            Duration.ZERO,
            RetryPolicy.BackOff.DEFAULT,
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            new HostSelection(true, false, Metadata.EMPTY, 1, 0));
    var world = World.simple(Configs.forward("v1").withRetry(once), "a", "b");
    world.transport.peer("a", FakeTransport.answering(503));
    world.transport.peer("b", FakeTransport.answering(200));
    Seen first = world.start(GET);
    while (world.transport.asked().size() == 1 && world.transport.asked().get(0).equals("b")) {
      first = world.start(GET);
    }
    Seen between = world.start(GET);
    world.pass(1_000);
    assertThat(between.status()).isEqualTo(200);
    assertThat(first.status()).isEqualTo(200);
    assertThat(
            world
                .transport
                .asked()
                .subList(world.transport.asked().size() - 3, world.transport.asked().size()))
        .containsExactly("a", "b", "b");
  }
}
