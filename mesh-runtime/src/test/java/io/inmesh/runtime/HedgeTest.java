package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Flag;
import io.inmesh.config.Action;
import io.inmesh.config.CircuitBreakers;
import io.inmesh.config.CircuitBreakers.RetryBudget;
import io.inmesh.config.CircuitBreakers.Thresholds;
import io.inmesh.config.Cluster;
import io.inmesh.config.HedgePolicy;
import io.inmesh.config.Metadata;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.BackOff;
import io.inmesh.config.RetryPolicy.HostSelection;
import io.inmesh.config.RetryPolicy.On;
import io.inmesh.config.Timeouts;
import io.inmesh.runtime.World.Seen;
import io.inmesh.testkit.Chunks;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeStream;
import io.inmesh.testkit.FakeTransport;
import io.inmesh.transport.Stream.Closed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Attempts that race: one whose time is up goes on, another begins, the first good answer wins.
 * What Envoy 1.40 did in the same situations is in the recording {@code hedge} of the replay.
 */
class HedgeTest {
  private static final HostSelection OTHERS = new HostSelection(true, false, Metadata.EMPTY, 20, 0);
  private static final BackOff SHORT = new BackOff(Duration.ofMillis(1), Duration.ofMillis(1));

  private static Action.Forward hedging(int retries, On... on) {
    var policy =
        new RetryPolicy(
            Set.of(on),
            retries,
            Duration.ofSeconds(1),
            Duration.ZERO,
            SHORT,
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            OTHERS);
    Action.Forward plain =
        Configs.forward("v1")
            .withTimeouts(Timeouts.DEFAULT.withResponse(Duration.ofSeconds(10)))
            .withRetry(policy);
    return new Action.Forward(
        plain.clusters(),
        plain.clusterNotFoundStatus(),
        plain.rewrite(),
        plain.timeouts(),
        plain.retry(),
        Optional.of(new HedgePolicy(true)),
        plain.mirrors(),
        plain.hashPolicies(),
        plain.metadataMatch(),
        plain.internalRedirect(),
        plain.priority());
  }

  /** Two hosts that answer when they are told to. */
  private static World silent(Action.Forward action) {
    var world = World.simple(action, "a", "b");
    world.transport.peer("a", FakeTransport.silent());
    world.transport.peer("b", FakeTransport.silent());
    return world;
  }

  private static FakeStream stream(World world, int at) {
    return world.transport.streams().get(at);
  }

  private static void assertFree(World world, Seen seen) {
    assertThat(seen.sink().ended()).isNotNull();
    assertThat(world.busy("v1")).isZero();
    assertThat(world.mesh.counters().inFlight()).isZero();
  }

  @Test
  void theFirstAttemptMayWin() {
    World world = silent(hedging(1, On.FIVE_XX));
    Seen seen = world.start(GET);
    world.pass(1_100);
    assertThat(world.transport.asked()).containsExactlyInAnyOrder("a", "b");
    stream(world, 0).respond(200, "first").complete();
    assertThat(seen.body()).isEqualTo("first");
    assertThat(stream(world, 1).isReset()).isTrue();
    assertThat(seen.call().attempts()).isEqualTo(2);
    assertThat(seen.call().outcome().flags()).isEmpty();
    assertThat(seen.call().outcome().endpoint()).contains(world.transport.asked().get(0));
    assertFree(world, seen);
  }

  @Test
  void theSecondAttemptMayWin() {
    World world = silent(hedging(1, On.FIVE_XX));
    Seen seen = world.start(GET);
    world.pass(1_100);
    stream(world, 1).respond(200, "second").complete();
    assertThat(seen.body()).isEqualTo("second");
    assertThat(stream(world, 0).isReset()).isTrue();
    assertFree(world, seen);
  }

  /** An answer that would have been tried again does not win while another one is awaited. */
  @Test
  void aBadAnswerWaitsForTheOthers() {
    World world = silent(hedging(1, On.FIVE_XX));
    Seen seen = world.start(GET);
    world.pass(1_100);
    stream(world, 0).respond(503, "").complete();
    assertThat(seen.status()).isZero();
    stream(world, 1).respond(200, "good").complete();
    assertThat(seen.body()).isEqualTo("good");
    assertFree(world, seen);
  }

  @Test
  void theLastBadAnswerIsPassedOn() {
    World world = silent(hedging(1, On.FIVE_XX));
    Seen seen = world.start(GET);
    world.pass(1_100);
    stream(world, 1).respond(500, "").complete();
    assertThat(seen.status()).isZero();
    stream(world, 0).respond(503, "bad").complete();
    assertThat(seen.status()).isEqualTo(503);
    assertThat(seen.body()).isEqualTo("bad");
    assertThat(seen.call().outcome().flags()).containsExactly(Flag.URX);
    assertFree(world, seen);
  }

  @Test
  void aBrokenAttemptLeavesTheOthers() {
    World world = silent(hedging(1, On.FIVE_XX));
    Seen seen = world.start(GET);
    world.pass(1_100);
    stream(world, 0).close(Closed.TERMINATED);
    assertThat(seen.status()).isZero();
    stream(world, 1).close(Closed.RESET);
    assertThat(seen.status()).isEqualTo(503);
    assertThat(seen.call().outcome().flags()).containsExactlyInAnyOrder(Flag.URX, Flag.UR);
    assertFree(world, seen);
  }

  /** The policy's conditions are for answers; that time is up is reason enough. */
  @Test
  void conditionsDoNotCount() {
    World world = silent(hedging(1, On.CONNECT_FAILURE));
    Seen seen = world.start(GET);
    world.pass(1_100);
    assertThat(world.transport.asked()).hasSize(2);
    stream(world, 0).respond(503, "passed").complete();
    assertThat(seen.body()).isEqualTo("passed");
    assertFree(world, seen);
  }

  @Test
  void aPolicyWithoutConditionsNeverTriesAgain() {
    World world = silent(hedging(1));
    Seen seen = world.start(GET);
    world.pass(3_000);
    assertThat(world.transport.asked()).hasSize(1);
    stream(world, 0).respond(200, "late").complete();
    assertThat(seen.body()).isEqualTo("late");
    assertThat(seen.call().outcome().flags()).isEmpty();
  }

  /** Without retries left, the attempt goes on, and the flag tells of it. */
  @Test
  void withoutRetriesLeftItGoesOn() {
    World world = silent(hedging(0, On.FIVE_XX));
    Seen seen = world.start(GET);
    world.pass(3_000);
    stream(world, 0).respond(200, "late").complete();
    assertThat(seen.body()).isEqualTo("late");
    assertThat(seen.call().outcome().flags()).containsExactly(Flag.URX);
    assertFree(world, seen);
  }

  @Test
  void allRaceUntilTheResponseTimeout() {
    World world = silent(hedging(5, On.FIVE_XX));
    Seen seen = world.start(GET);
    world.pass(9_900);
    assertThat(world.transport.asked()).hasSize(6);
    assertThat(world.busy("v1")).isGreaterThan(6);
    world.pass(200);
    assertThat(seen.status()).isEqualTo(504);
    assertThat(seen.call().details()).isEqualTo("response_timeout");
    assertThat(seen.call().outcome().flags()).containsExactlyInAnyOrder(Flag.URX, Flag.UT);
    assertThat(world.transport.streams()).allMatch(FakeStream::isReset);
    assertFree(world, seen);
  }

  @Test
  void retriesAreAdmittedOnlyWithinTheBudget() {
    World world = silent(hedging(3, On.FIVE_XX));
    var none = new Thresholds(99, 99, 99, 9, Optional.of(new RetryBudget(0, 1)), false);
    world.put(
        new Cluster(
            "v1",
            new Cluster.Eds("v1"),
            io.inmesh.config.Balancing.DEFAULT,
            Cluster.Transport.DEFAULT,
            new CircuitBreakers(none, none, Optional.empty()),
            Optional.empty(),
            List.of(),
            Metadata.EMPTY));
    Seen granted = world.start(GET);
    Seen refused = world.start(GET);
    world.pass(1_100);
    assertThat(world.transport.asked()).hasSize(3);
    stream(world, 1).respond(200, "alone").complete();
    assertThat(refused.body()).isEqualTo("alone");
    assertThat(refused.call().outcome().flags()).containsExactly(Flag.UO);
    stream(world, 2).respond(200, "raced").complete();
    assertThat(granted.body()).isEqualTo("raced");
    assertFree(world, granted);
  }

  @Test
  void everyAttemptReadsTheWholeBodyAtItsOwnPace() {
    World world = silent(hedging(1, On.FIVE_XX));
    world.transport.closeGates();
    Seen seen = world.start(World.post(new Chunks("one", "two", "three")));
    stream(world, 0).allow(1);
    world.pass(100);
    assertThat(stream(world, 0).body()).isEqualTo("one");
    // The time of an attempt counts from the end of the request, which its own pace holds up.
    stream(world, 0).allow(9);
    world.pass(1_100);
    assertThat(world.transport.asked()).hasSize(2);
    stream(world, 1).allow(9);
    assertThat(stream(world, 1).body()).isEqualTo("onetwothree");
    assertThat(stream(world, 1).isRequestEnded()).isTrue();
    stream(world, 1).respond(200, "ok").complete();
    assertThat(seen.body()).isEqualTo("ok");
    assertFree(world, seen);
  }

  /** A short body is read at once, however slowly the peer takes it. */
  @Test
  void anAttemptThatStillReadsGoesOnReading() {
    World world = silent(hedging(1, On.FIVE_XX));
    world.transport.closeGates();
    Seen seen = world.start(World.post(new Whole("one")));
    world.pass(1_100);
    assertThat(world.transport.asked()).hasSize(2);
    stream(world, 1).allow(1);
    stream(world, 0).allow(1);
    assertThat(stream(world, 0).body()).isEqualTo("one");
    assertThat(stream(world, 0).isRequestEnded()).isTrue();
    assertThat(stream(world, 1).isRequestEnded()).isTrue();
    stream(world, 0).respond(200, "ok").complete();
    assertThat(seen.body()).isEqualTo("ok");
    assertFree(world, seen);
  }

  @Test
  void cancellingEndsAll() {
    World world = silent(hedging(2, On.FIVE_XX));
    Seen seen = world.start(GET);
    world.pass(2_500);
    assertThat(world.transport.asked()).hasSize(3);
    seen.call().cancel("enough");
    assertThat(seen.sink().ended()).isEqualTo(Ended.CANCELLED);
    assertThat(world.transport.streams()).allMatch(FakeStream::isReset);
    assertFree(world, seen);
  }

  /** A body whose length is known. */
  private static final class Whole implements io.inmesh.call.Body {
    private final Chunks chunks;
    private final int length;

    Whole(String text) {
      this.chunks = new Chunks(text);
      this.length = text.length();
    }

    @Override
    public void open(Sink sink) {
      chunks.open(sink);
    }

    @Override
    public void demand(int more) {
      chunks.demand(more);
    }

    @Override
    public void cancel() {
      chunks.cancel();
    }

    @Override
    public long length() {
      return length;
    }
  }
}
