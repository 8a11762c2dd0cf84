package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inmesh.call.Call;
import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.call.MeshException;
import io.inmesh.call.Response;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.On;
import io.inmesh.runtime.World.Seen;
import io.inmesh.testkit.Chunks;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Giving up, at every moment of a call, and closing the mesh. */
class CancelTest {
  private static void assertCancelled(World world, Seen seen) {
    assertThat(seen.sink().ended()).isEqualTo(Ended.CANCELLED);
    assertThat(seen.call().has(Flag.DC)).isTrue();
    assertThat(world.busy("v1")).isZero();
    assertThat(world.log).hasSize(1);
    assertThat(world.mesh.counters().inFlight()).isZero();
  }

  @Test
  void whileThePeerIsSilent() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.peer("a", FakeTransport.silent());
    Seen seen = world.start(GET);
    assertThat(world.busy("v1")).isEqualTo(2);
    seen.call().cancel("test");
    seen.call().cancel("again");
    assertCancelled(world, seen);
    assertThat(seen.sink().order()).containsExactly("end");
    assertThat(seen.call().details()).isEqualTo("test");
    assertThat(world.transport.last().isReset()).isTrue();
  }

  @Test
  void whileItWaitsForAConnection() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.peer("a", FakeTransport.stalling());
    Seen seen = world.start(GET);
    assertThat(world.transport.waiting()).isEqualTo(1);
    seen.call().cancel("test");
    assertCancelled(world, seen);
    assertThat(world.transport.waiting()).isZero();
  }

  @Test
  void duringABackOff() {
    var policy = new RetryPolicy(Set.of(On.FIVE_XX), 3, Duration.ZERO);
    var world = World.simple(Configs.forward("v1").withRetry(policy), "a");
    world.transport.peer("a", stream -> stream.respond(503, "").complete());
    Seen seen = world.start(GET);
    assertThat(seen.sink().ended()).isNull();
    seen.call().cancel("test");
    assertCancelled(world, seen);
    world.pass(10_000);
    assertThat(world.transport.streams()).hasSize(1);
  }

  @Test
  void halfWayThroughBothBodies() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.closeGates();
    var body = new Chunks("one", "two");
    Seen seen = world.start(World.post(body));
    world.transport.last().respond(200, "half");
    seen.call().cancel("test");
    assertCancelled(world, seen);
    assertThat(body.isCancelled()).isTrue();
    assertThat(world.transport.last().isReset()).isTrue();
  }

  @Test
  void fromAnotherThread() throws InterruptedException {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.peer("a", FakeTransport.silent());
    Seen seen = world.start(GET);
    var thread = new Thread(() -> seen.call().cancel("elsewhere"));
    thread.start();
    thread.join();
    assertThat(seen.sink().ended()).isNull();
    world.loop.runTasks();
    assertCancelled(world, seen);
  }

  @Test
  void afterTheEndItDoesNothing() {
    var world = World.simple(Configs.forward("v1"), "a");
    Seen seen = world.send(GET);
    seen.call().cancel("late");
    assertThat(seen.call().has(Flag.DC)).isFalse();
    assertThat(world.log).hasSize(1);
  }

  @Test
  void whileAFilterThinks() {
    var held = new ArrayList<Call>();
    var ended = new ArrayList<Call>();
    var world = holding(held, ended);
    Seen seen = world.start(GET);
    seen.call().cancel("test");
    assertCancelled(world, seen);
    assertThat(ended).hasSize(1);
    held.get(0).resume();
    held.get(0).reply(200, Headers.EMPTY, "late", "late");
    assertThat(world.transport.streams()).isEmpty();
    assertThat(seen.sink().order()).containsExactly("end");
  }

  @Test
  void aFilterThatStopsMayResumeOrReply() {
    var held = new ArrayList<Call>();
    var world = holding(held, new ArrayList<>());
    Seen resumed = world.start(GET);
    Seen replied = world.start(GET);
    assertThat(world.transport.streams()).isEmpty();
    held.get(0).resume();
    held.get(1).reply(401, Headers.EMPTY, "no", "held_denied");
    world.pass(1);
    assertThat(resumed.status()).isEqualTo(200);
    assertThat(replied.status()).isEqualTo(401);
    assertThat(replied.call().details()).isEqualTo("held_denied");
  }

  private static World holding(List<Call> held, List<Call> ended) {
    record Hold() implements io.inmesh.config.Extension {
      @Override
      public String type() {
        return "test.Hold";
      }
    }
    HttpFilter filter =
        new HttpFilter() {
          @Override
          public Verdict onRequest(Call call) {
            held.add(call);
            return Verdict.STOP;
          }

          @Override
          public void onEnd(Call call) {
            ended.add(call);
          }
        };
    var world =
        new World(
            new io.inmesh.runtime.assemble.NameDialer(),
            builder ->
                builder.filter(
                    new io.inmesh.runtime.filter.FilterType<>(
                        Hold.class, (settings, owner, live) -> filter)));
    world.put(
        Configs.api("reviews:80", "r", Configs.filter("hold", new Hold())),
        Configs.routes("r", "*", Configs.to("v1")),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "a"));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    return world;
  }

  @Test
  void aCancelledFutureCancelsTheCall() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.peer("a", FakeTransport.silent());
    CompletableFuture<Response> future = world.mesh.send(GET).toCompletableFuture();
    assertThat(world.busy("v1")).isEqualTo(2);
    future.cancel(false);
    assertThat(world.busy("v1")).isZero();
  }

  @Test
  void closingEndsCallsThenConnectionsThenTheSubscription() {
    var world = World.simple(Configs.forward("v1"), "a", "b");
    world.transport.peer("a", FakeTransport.silent());
    world.transport.peer("b", FakeTransport.silent());
    world.start(GET);
    world.start(GET);
    CompletableFuture<Response> future = world.mesh.send(GET).toCompletableFuture();
    assertThat(world.mesh.liveParts()).isPositive();
    world.mesh.close();
    world.mesh.close();
    world.loop.runTasks();
    assertThat(world.mesh.counters().inFlight()).isZero();
    assertThatThrownBy(future::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(MeshException.Cancelled.class)
        .hasMessageContaining("the mesh was closed");
    assertThat(world.plane.isClosed()).isTrue();
    assertThat(world.mesh.liveParts()).isZero();
    world.pass(2_000);
    assertThat(world.transport.drained()).hasSameSizeAs(world.transport.built());
    assertThatThrownBy(() -> world.mesh.send(GET)).isInstanceOf(IllegalStateException.class);
    world.pass(60_000);
    assertThat(world.loop.idle()).as("nothing waits on").isTrue();
  }
}
