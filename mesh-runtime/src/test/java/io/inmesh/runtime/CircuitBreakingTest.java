package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Flag;
import io.inmesh.call.Request;
import io.inmesh.config.Action;
import io.inmesh.config.CircuitBreaker;
import io.inmesh.config.Cluster;
import io.inmesh.config.Failures;
import io.inmesh.config.Failures.Kind;
import io.inmesh.config.Fallback;
import io.inmesh.config.Resilience;
import io.inmesh.config.Timeouts;
import io.inmesh.explain.CircuitBreakerState;
import io.inmesh.runtime.World.Seen;
import io.inmesh.runtime.stats.ClusterStats.Count;
import io.inmesh.testkit.Chunks;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeTransport;
import io.inmesh.transport.Stream.Closed;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The circuit breaker of a cluster and what stands in for failures, call by call. */
class CircuitBreakingTest {
  private static final Fallback ANSWER =
      new Fallback(
          Failures.WITHOUT_ANSWER, new Fallback.Answer(200, Map.of("x-from", "standby"), "later"));

  private static CircuitBreaker breaker(double rate) {
    return new CircuitBreaker(
        rate, 100, Duration.ofSeconds(60), 10, 4, Duration.ofSeconds(5), 2, Failures.OF_A_SERVICE);
  }

  private static Cluster cluster(double rate, Optional<Fallback> fallback) {
    return Configs.cluster("v1")
        .withResilience(new Resilience(Optional.of(breaker(rate)), fallback));
  }

  private static World world(Action.Forward action, Cluster cluster) {
    World world = World.simple(action, "a");
    world.put(cluster);
    return world;
  }

  private static World world(Cluster cluster) {
    return world(Configs.forward("v1"), cluster);
  }

  /** As long as a call may take, and shorter than the breaker is open. */
  private static Seen send(World world, Request request) {
    Seen seen = world.start(request);
    world.pass(200);
    return seen;
  }

  private static CircuitBreakerState state(World world) {
    return world.mesh.status().circuitBreakers().get(0);
  }

  private static void fail(World world, int calls) {
    world.transport.peer("a", FakeTransport.answering(500));
    for (int i = 0; i < calls; i++) {
      assertThat(send(world, GET).status()).isEqualTo(500);
    }
  }

  @Test
  void opensOnFailuresAndClosesAfterRecovery() {
    World world = world(cluster(50, Optional.empty()));
    assertThat(send(world, GET).status()).isEqualTo(200);
    fail(world, 3);
    assertThat(state(world).state()).isEqualTo("OPEN");
    world.transport.peer("a", FakeTransport.answering(200));
    int asked = world.transport.asked().size();
    Seen refused = world.start(GET);
    assertThat(refused.status()).as("at once").isEqualTo(503);
    assertThat(refused.call().has(Flag.UO)).isTrue();
    assertThat(refused.call().details()).isEqualTo("circuit_breaker_open");
    assertThat(refused.body()).isEqualTo("circuit breaker open");
    assertThat(world.transport.asked()).hasSize(asked);
    assertThat(world.busy("v1")).isZero();
    assertThat(world.cluster("v1").stats().sum(Count.UPSTREAM_RQ_BREAKER_OPEN)).isEqualTo(1);
    world.pass(5_001);
    assertThat(send(world, GET).status()).isEqualTo(200);
    assertThat(state(world).state()).isEqualTo("HALF_OPEN");
    assertThat(send(world, GET).status()).isEqualTo(200);
    assertThat(state(world).state()).isEqualTo("CLOSED");
  }

  @Test
  void anUnrelatedUpdateKeepsTheWindowAndARelatedOneJudgesIt() {
    World world = world(cluster(90, Optional.empty()));
    assertThat(send(world, GET).status()).isEqualTo(200);
    fail(world, 4);
    world.put(Configs.endpoints("v1", "a", "b"), Configs.cluster("other"));
    world.put(
        new Cluster(
            "v1",
            new Cluster.Eds("v1"),
            io.inmesh.config.Balancing.of(
                new io.inmesh.config.Balancing.RoundRobin(
                    io.inmesh.config.Balancing.SlowStart.NONE)),
            Cluster.Transport.DEFAULT,
            io.inmesh.config.CircuitBreakers.DEFAULT,
            Optional.empty(),
            java.util.List.of(),
            io.inmesh.config.Metadata.EMPTY,
            cluster(90, Optional.empty()).resilience()));
    assertThat(state(world)).extracting("calls", "failed").containsExactly(5, 4);
    assertThat(state(world).state()).isEqualTo("CLOSED");
    world.put(cluster(80, Optional.empty()));
    assertThat(state(world)).extracting("calls", "failed").containsExactly(5, 4);
    assertThat(state(world).state()).isEqualTo("OPEN");
    world.put(Configs.cluster("v1"));
    assertThat(world.mesh.status().circuitBreakers()).isEmpty();
    world.put(cluster(80, Optional.empty()));
    assertThat(state(world).calls()).as("removal frees it").isZero();
  }

  @Test
  void cancelledCallsTellNothing() {
    World world = world(cluster(50, Optional.empty()));
    world.transport.peer("a", FakeTransport.silent());
    for (int i = 0; i < 6; i++) {
      world.start(GET).call().cancel("gone");
    }
    assertThat(state(world).calls()).isZero();
    assertThat(world.busy("v1")).isZero();
  }

  @Test
  void timeoutsAndRefusedConnectionsAreFailures() {
    World world =
        world(
            Configs.forward("v1").withTimeouts(timeout(Duration.ofMillis(100))),
            cluster(100, Optional.empty()));
    world.transport.peer("a", FakeTransport.silent());
    assertThat(send(world, GET).status()).isEqualTo(504);
    world.transport.peer("a", FakeTransport.refusing(Closed.CONNECT_FAILURE));
    assertThat(send(world, GET).status()).isEqualTo(503);
    world.transport.peer("a", FakeTransport.refusing(Closed.OVERFLOW));
    send(world, GET);
    assertThat(state(world)).extracting("calls", "failed").containsExactly(2, 2);
  }

  private static Timeouts timeout(Duration of) {
    return new Timeouts(of, Optional.empty(), Optional.empty(), Optional.empty(), Duration.ZERO);
  }

  @Test
  void anAnswerStandsInForAnOpenBreaker() {
    World world = world(cluster(50, Optional.of(ANSWER)));
    fail(world, 4);
    Seen seen = world.start(GET);
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.body()).isEqualTo("later");
    assertThat(seen.sink().headers().get("x-from")).isEqualTo("standby");
    assertThat(seen.call().has(Flag.UO)).isTrue();
    assertThat(seen.call().details()).isEqualTo("fallback{circuit_breaker_open}");
    assertThat(world.cluster("v1").stats().sum(Count.FALLBACK)).isEqualTo(1);
  }

  @Test
  void theRoutesFallbackComesFirstAndMayBeAnotherCluster() {
    Action.Forward action =
        Configs.forward("v1")
            .withFallback(
                Optional.of(
                    new Fallback(
                        new Failures(Set.of(Kind.CONNECT_FAILURE, Kind.SERVER_ERROR), Set.of(404)),
                        new Fallback.ToCluster("spare"))));
    World world = world(action, cluster(50, Optional.of(ANSWER)));
    world.put(Configs.cluster("spare"), Configs.endpoints("spare", "s"));
    world.transport.peer("s", FakeTransport.saying(200, "spare"));
    assertThat(send(world, GET).body()).isNotEqualTo("spare");
    world.transport.peer("a", FakeTransport.saying(404, "none"));
    Seen byStatus = send(world, GET);
    assertThat(byStatus.body()).isEqualTo("spare");
    assertThat(byStatus.call().details()).isEqualTo("via_upstream");
    assertThat(byStatus.call().outcome().cluster()).isEqualTo("spare");
    world.transport.peer("a", FakeTransport.refusing(Closed.CONNECT_FAILURE));
    Seen unreached = send(world, GET);
    assertThat(unreached.body()).isEqualTo("spare");
    assertThat(unreached.call().has(Flag.UF)).isTrue();
    Seen posted = send(world, World.post(new Chunks("text")));
    assertThat(posted.body()).isEqualTo("spare");
    world.transport.peer("s", FakeTransport.refusing(Closed.CONNECT_FAILURE));
    assertThat(send(world, GET).status()).as("once is all").isEqualTo(503);
    assertThat(world.busy("v1") + world.busy("spare")).isZero();
  }

  @Test
  void whatIsOutOfTimeGetsAnAnswerButNoOtherCluster() {
    Timeouts short1 = timeout(Duration.ofMillis(100));
    World answered =
        world(
            Configs.forward("v1").withTimeouts(short1).withFallback(Optional.of(ANSWER)),
            Configs.cluster("v1"));
    answered.transport.peer("a", FakeTransport.silent());
    assertThat(send(answered, GET).body()).isEqualTo("later");
    var spare = new Fallback(Failures.WITHOUT_ANSWER, new Fallback.ToCluster("spare"));
    World late =
        world(
            Configs.forward("v1").withTimeouts(short1).withFallback(Optional.of(spare)),
            Configs.cluster("v1"));
    late.put(Configs.cluster("spare"), Configs.endpoints("spare", "s"));
    late.transport.peer("a", FakeTransport.silent());
    assertThat(send(late, GET).status()).isEqualTo(504);
    assertThat(late.busy("v1")).isZero();
  }

  @Test
  void aCallThatWaitsAtTheSpareClusterStillTimesOut() {
    var spare = new Fallback(Failures.WITHOUT_ANSWER, new Fallback.ToCluster("spare"));
    World world =
        world(
            Configs.forward("v1")
                .withTimeouts(timeout(Duration.ofMillis(100)))
                .withFallback(Optional.of(spare)),
            Configs.cluster("v1"));
    world.put(Configs.cluster("spare"), Configs.endpoints("spare", "s"), Configs.endpoints("v1"));
    world.transport.peer("s", FakeTransport.silent());
    assertThat(send(world, GET).status()).isEqualTo(504);
    assertThat(world.busy("spare")).isZero();
  }

  @Test
  void explainTellsOfBoth() {
    World world = world(cluster(50, Optional.of(ANSWER)));
    fail(world, 4);
    var told = world.mesh.explain(GET, OptionalLong.of(1)).toCompletableFuture();
    world.loop.runTasks();
    var forwarding = told.join().forwarding().orElseThrow();
    assertThat(forwarding.fallback()).startsWith("answer 200 on connect-failure,");
    assertThat(forwarding.hosts().orElseThrow().circuitBreaker().orElseThrow().state())
        .isEqualTo("OPEN");
  }
}
