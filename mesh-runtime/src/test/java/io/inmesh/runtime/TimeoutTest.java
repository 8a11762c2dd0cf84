package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Flag;
import io.inmesh.config.Action;
import io.inmesh.config.Cluster;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.On;
import io.inmesh.config.Timeouts;
import io.inmesh.runtime.World.Seen;
import io.inmesh.testkit.Chunks;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeTransport;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Limits of time: which holds, what the caller is told, and that nothing waits on. */
class TimeoutTest {
  private static final Timeouts NONE = Timeouts.DEFAULT.withResponse(Duration.ZERO);

  private static Action.Forward within(Timeouts timeouts) {
    return Configs.forward("v1").withTimeouts(timeouts);
  }

  private static Action.Forward within(Duration response) {
    return within(Timeouts.DEFAULT.withResponse(response));
  }

  private static RetryPolicy perTry(int retries, Duration perTry, Duration idle, On... on) {
    return new RetryPolicy(
        Set.of(on),
        retries,
        perTry,
        idle,
        RetryPolicy.BackOff.DEFAULT,
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        new RetryPolicy.HostSelection(true, false, io.inmesh.config.Metadata.EMPTY, 20, 0));
  }

  private static World silent(Action.Forward action, String... hosts) {
    var world = World.simple(action, hosts);
    for (String host : hosts) {
      world.transport.peer(host, FakeTransport.silent());
    }
    return world;
  }

  private static void assertTimedOut(World world, Seen seen, String details, String body) {
    assertThat(seen.status()).isEqualTo(504);
    assertThat(seen.body()).isEqualTo(body);
    assertThat(seen.call().details()).isEqualTo(details);
    assertThat(seen.sink().ended()).isEqualTo(Ended.COMPLETE);
    assertThat(world.busy("v1")).isZero();
    assertThat(world.transport.streams()).allMatch(stream -> stream.isReset());
  }

  @Test
  void theDefaultIsFifteenSeconds() {
    World world = silent(Configs.forward("v1"), "a");
    Seen seen = world.start(GET);
    world.pass(14_999);
    assertThat(seen.status()).isZero();
    world.pass(1);
    assertTimedOut(world, seen, "response_timeout", "upstream request timeout");
    assertThat(seen.call().outcome().flags()).containsExactly(Flag.UT);
  }

  @Test
  void theDeadlineBoundsAllAttemptsTogether() {
    var policy = perTry(9, Duration.ofMillis(300), Duration.ZERO, On.FIVE_XX);
    World world = silent(within(Duration.ofSeconds(1)).withRetry(policy), "a", "b", "c", "d");
    Seen seen = world.start(GET);
    world.pass(999);
    assertThat(seen.status()).isZero();
    world.pass(1);
    assertTimedOut(world, seen, "response_timeout", "upstream request timeout");
    assertThat(seen.call().attempts()).isBetween(3, 4);
  }

  @Test
  void theDeadlineEndsABackOffToo() {
    var policy =
        new RetryPolicy(
            Set.of(On.FIVE_XX),
            9,
            Duration.ZERO,
            Duration.ZERO,
            new RetryPolicy.BackOff(Duration.ofHours(1), Duration.ofHours(10)),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            RetryPolicy.HostSelection.DEFAULT);
    var world = World.simple(within(Duration.ofSeconds(1)).withRetry(policy), "a");
    world.transport.peer("a", FakeTransport.answering(503));
    Seen seen = world.start(GET);
    world.pass(500);
    assertThat(world.cluster("v1").admission(Action.Priority.DEFAULT).retries()).isEqualTo(1);
    world.pass(500);
    assertThat(seen.status()).isEqualTo(504);
    assertThat(seen.call().details()).isEqualTo("response_timeout");
    assertThat(world.busy("v1")).isZero();
  }

  @Test
  void aStalledServerCostsOnePerTryTimeout() {
    var policy = perTry(2, Duration.ofMillis(200), Duration.ZERO, On.GATEWAY_ERROR);
    var world = World.simple(within(Duration.ofSeconds(5)).withRetry(policy), "stalled");
    world.transport.peer("stalled", FakeTransport.silent());
    Seen seen = world.start(GET);
    world.put(Configs.endpoints("v1", "good"));
    world.pass(199);
    assertThat(world.transport.asked()).containsExactly("stalled");
    world.pass(60);
    assertThat(seen.status()).isEqualTo(200);
    assertThat(world.transport.asked()).containsExactly("stalled", "good");
    assertThat(world.transport.streams().get(0).isReset()).isTrue();
  }

  @Test
  void aPeerThatCannotBeConnectedToCostsOnePerTryTimeoutToo() {
    var policy = perTry(1, Duration.ofMillis(200), Duration.ZERO, On.GATEWAY_ERROR);
    var world = World.simple(within(Duration.ofSeconds(5)).withRetry(policy), "stalled");
    world.transport.peer("stalled", FakeTransport.stalling());
    Seen seen = world.start(GET);
    assertThat(world.transport.waiting()).isEqualTo(1);
    world.put(Configs.endpoints("v1", "good"));
    world.pass(300);
    assertThat(seen.status()).isEqualTo(200);
    assertThat(world.transport.waiting()).isZero();
  }

  @Test
  void withoutARetryThePerTryTimeoutAnswers() {
    var policy = perTry(1, Duration.ofMillis(200), Duration.ZERO, On.CONNECT_FAILURE);
    World world = silent(Configs.forward("v1").withRetry(policy), "a");
    Seen seen = world.start(GET);
    world.pass(200);
    assertTimedOut(world, seen, "upstream_per_try_timeout", "upstream request timeout");
    assertThat(seen.call().outcome().flags()).containsExactly(Flag.UT);
  }

  @Test
  void thePerTryTimeoutEndsWithTheHead() {
    var policy = perTry(1, Duration.ofMillis(200), Duration.ZERO, On.GATEWAY_ERROR);
    var world = World.simple(within(NONE).withRetry(policy), "a");
    world.transport.peer("a", stream -> stream.respond(200, "begun"));
    Seen seen = world.start(GET);
    world.pass(60_000);
    assertThat(seen.sink().ended()).isNull();
    world.transport.last().complete();
    assertThat(seen.sink().ended()).isEqualTo(Ended.COMPLETE);
  }

  @Test
  void aPeerThatFallsSilentIsGivenUp() {
    var policy = perTry(1, Duration.ZERO, Duration.ofMillis(100), On.CONNECT_FAILURE);
    World world = silent(within(NONE).withRetry(policy), "a");
    Seen before = world.start(GET);
    world.pass(100);
    assertTimedOut(world, before, "upstream_per_try_idle_timeout", "upstream request timeout");
    world.transport.peer("a", stream -> stream.respond(200, "begun"));
    Seen after = world.start(GET);
    world.pass(60);
    world.transport.last().chunk("more");
    world.pass(60);
    assertThat(after.sink().ended()).isNull();
    world.pass(40);
    assertThat(after.sink().ended()).isEqualTo(Ended.RESET);
    assertThat(after.call().has(Flag.UT)).isTrue();
    assertThat(world.busy("v1")).isZero();
  }

  @Test
  void theResponseTimeoutCountsFromTheEndOfTheRequest() {
    World world = silent(within(Duration.ofSeconds(1)), "a");
    var body = new Chunks("one", "two");
    world.transport.peer("a", FakeTransport.silent());
    Seen seen = world.start(World.post(body));
    world.pass(999);
    assertThat(seen.status()).isZero();
    world.pass(1);
    assertThat(seen.status()).isEqualTo(504);
  }

  @Test
  void theApplicationsOwnDeadlineCountsFromTheStart() {
    World world = silent(Configs.forward("v1"), "a");
    Seen seen = world.start(GET.withTimeout(Duration.ofMillis(50)));
    world.pass(50);
    assertTimedOut(world, seen, "response_timeout", "upstream request timeout");
  }

  @Test
  void afterTheHeadADeadlineBreaksTheResponseOff() {
    var world = World.simple(within(Duration.ofSeconds(1)), "a");
    world.transport.peer("a", stream -> stream.respond(200, "begun"));
    Seen seen = world.start(GET);
    world.pass(1_000);
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.sink().ended()).isEqualTo(Ended.RESET);
    assertThat(seen.call().has(Flag.UT)).isTrue();
    assertThat(world.transport.last().isReset()).isTrue();
    assertThat(world.busy("v1")).isZero();
  }

  @Test
  void aStreamWithoutAByteIsIdle() {
    var idle =
        new Timeouts(
            Duration.ZERO,
            Optional.of(Duration.ofSeconds(3)),
            Optional.empty(),
            Optional.empty(),
            Duration.ZERO);
    World world = silent(within(idle), "a");
    Seen seen = world.start(GET);
    world.pass(3_000);
    assertTimedOut(world, seen, "stream_idle_timeout", "stream timeout");
    assertThat(seen.call().outcome().flags()).containsExactly(Flag.SI);
  }

  @Test
  void aStreamThatIsUsedIsNotIdle() {
    var idle =
        new Timeouts(
            Duration.ZERO,
            Optional.of(Duration.ofSeconds(3)),
            Optional.empty(),
            Optional.empty(),
            Duration.ZERO);
    var world = World.simple(within(idle), "a");
    world.transport.peer("a", stream -> stream.head(200, new io.inmesh.call.Headers()));
    Seen seen = world.start(GET);
    for (int i = 0; i < 5; i++) {
      world.pass(2_900);
      world.transport.last().chunk("x");
    }
    assertThat(seen.body()).isEqualTo("xxxxx");
    world.pass(3_000);
    assertThat(seen.sink().ended()).isEqualTo(Ended.RESET);
    assertThat(seen.call().has(Flag.SI)).isTrue();
  }

  @Test
  void aRequestThatDoesNotEndIsIdleWith408() {
    World world = silent(Configs.forward("v1"), "a");
    Seen seen = world.start(World.post(new Unending()));
    world.pass(5 * 60_000);
    assertThat(seen.status()).isEqualTo(408);
    assertThat(seen.call().details()).isEqualTo("stream_idle_timeout");
  }

  private static final class Unending implements io.inmesh.call.Body {
    @Override
    public void open(Sink sink) {}

    @Override
    public void demand(int chunks) {}

    @Override
    public void cancel() {}
  }

  @Test
  void aRoutesMaximalDurationHasNoFlag() {
    var most =
        new Timeouts(
            Duration.ZERO,
            Optional.empty(),
            Optional.of(
                new Timeouts.MaxStream(
                    Optional.of(Duration.ofSeconds(2)), Optional.empty(), Duration.ZERO)),
            Optional.empty(),
            Duration.ZERO);
    World world = silent(within(most), "a");
    Seen seen = world.start(GET);
    world.pass(2_000);
    assertTimedOut(world, seen, "max_duration_timeout", "downstream duration timeout");
    assertThat(seen.call().outcome().flags()).isEmpty();
    Seen grpc = world.start(World.get("reviews:80", "/", "content-type", "application/grpc"));
    world.pass(2_000);
    assertThat(grpc.sink().headers().get("grpc-status")).isEqualTo("4");
  }

  @Test
  void aClustersMaximalDurationIsAnsweredWith504() {
    World world = silent(within(NONE), "a");
    var options = ProtocolOptions.HTTP_1;
    var limited =
        new ProtocolOptions(
            options.http(),
            options.http2(),
            options.sni(),
            options.idleTimeout(),
            options.maxConnectionDuration(),
            0,
            Optional.of(Duration.ofSeconds(2)));
    var plain = Configs.cluster("v1");
    world.put(
        new Cluster(
            "v1",
            plain.discovery(),
            plain.balancing(),
            new Cluster.Transport(
                Duration.ofSeconds(5), plain.transport().socket(), List.of(), limited),
            plain.circuitBreakers(),
            Optional.empty(),
            List.of(),
            plain.metadata()));
    Seen seen = world.start(GET);
    world.pass(2_000);
    assertThat(seen.status()).isEqualTo(504);
    assertThat(seen.body()).isEqualTo("upstream max stream duration reached");
    assertThat(seen.call().outcome().flags()).containsExactly(Flag.UMSDR);
  }

  @Test
  void aTimeoutOfAGrpcCallIsUnavailable() {
    World world = silent(Configs.forward("v1"), "a");
    Seen seen = world.send(World.get("reviews:80", "/", "content-type", "application/grpc"));
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.sink().headers().get("grpc-status")).isEqualTo("14");
    assertThat(seen.sink().headers().get("grpc-message")).isEqualTo("upstream request timeout");
  }
}
