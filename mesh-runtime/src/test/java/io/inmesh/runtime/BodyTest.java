package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Bodies;
import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.runtime.World.Seen;
import io.inmesh.testkit.Chunks;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeTransport;
import io.inmesh.transport.Stream.Closed;
import org.junit.jupiter.api.Test;

/** Bodies in both directions: at the reader's pace, whole, or broken off. */
class BodyTest {
  @Test
  void aRequestIsPulledAtThePaceOfTheConnection() {
    var world = World.simple(Configs.forward("v1"), "a");
    var body = new Chunks("one", "two", "three");
    world.transport.peer("a", FakeTransport.silent());
    world.transport.closeGates();
    world.start(World.post(body));
    assertThat(body.given()).isZero();
    world.transport.last().allow(1);
    assertThat(body.given()).isEqualTo(1);
    world.transport.last().allow(2);
    assertThat(world.transport.last().body()).isEqualTo("onetwothree");
    assertThat(world.transport.last().isRequestEnded()).isTrue();
  }

  @Test
  void aLengthThatIsKnownIsAnnounced() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.send(World.post(Bodies.of("hello")));
    assertThat(world.transport.last().contentLength()).isEqualTo(5);
    assertThat(world.transport.last().body()).isEqualTo("hello");
    world.send(World.post(new Chunks("hello")));
    assertThat(world.transport.last().contentLength()).isEqualTo(-1);
  }

  @Test
  void anEmptyBodyEndsTheRequest() {
    var world = World.simple(Configs.forward("v1"), "a");
    Seen seen = world.send(World.post(Bodies.of("")));
    assertThat(seen.status()).isEqualTo(200);
    assertThat(world.transport.last().isRequestEnded()).isTrue();
  }

  @Test
  void aResponseComesAsFastAsItIsAskedFor() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.peer(
        "a", stream -> stream.respond(200, "one").chunk("two").chunk("three").complete());
    Seen seen = world.startSlowly(GET);
    world.pass(1);
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.body()).isEmpty();
    seen.call().demand(1);
    assertThat(seen.body()).isEqualTo("one");
    seen.call().demand(1);
    assertThat(seen.body()).isEqualTo("onetwo");
    assertThat(seen.sink().ended()).isNull();
    seen.call().demand(5);
    assertThat(seen.body()).isEqualTo("onetwothree");
    assertThat(seen.sink().ended()).isEqualTo(Ended.COMPLETE);
    assertThat(seen.call().bytesReceived()).isEqualTo(11);
  }

  @Test
  void whatWasAskedForBeforeTheHeadIsNotForgotten() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.peer("a", FakeTransport.saying("body"));
    Seen seen = world.startSlowly(GET);
    seen.call().demand(1);
    world.pass(1);
    assertThat(seen.body()).isEqualTo("body");
  }

  @Test
  void aHeadMayComeBeforeTheRequestHasEnded() {
    var world = World.simple(Configs.forward("v1"), "a");
    var body = new Chunks("one", "two");
    world.transport.closeGates();
    Seen seen = world.start(World.post(body));
    world.transport.last().respond(200, "early");
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.body()).isEqualTo("early");
    world.transport.last().allow(2);
    assertThat(world.transport.last().body()).isEqualTo("onetwo");
    world.transport.last().complete();
    assertThat(seen.sink().ended()).isEqualTo(Ended.COMPLETE);
  }

  @Test
  void aWholeResponseEndsTheCallAndTheRestOfTheRequestIsNotWanted() {
    var world = World.simple(Configs.forward("v1"), "a");
    var body = new Chunks("one", "two");
    world.transport.closeGates();
    Seen seen = world.start(World.post(body));
    world.transport.last().respond(413, "").complete();
    assertThat(seen.sink().ended()).isEqualTo(Ended.COMPLETE);
    assertThat(body.isCancelled()).isTrue();
    assertThat(world.busy("v1")).isZero();
  }

  @Test
  void aResponseThatBreaksOffIsReset() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.peer("a", stream -> stream.respond(200, "half"));
    Seen seen = world.start(GET);
    world.transport.last().close(Closed.TERMINATED);
    assertThat(seen.sink().ended()).isEqualTo(Ended.RESET);
    assertThat(seen.call().outcome().flags()).containsExactly(Flag.UC);
    assertThat(seen.call().details())
        .isEqualTo("upstream_reset_after_response_started{connection_termination}");
    assertThat(world.busy("v1")).isZero();
    assertThat(world.log).hasSize(1);
  }

  @Test
  void aRequestBodyThatFailsCancelsTheCall() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.closeGates();
    var body = new Chunks("one");
    Seen seen = world.start(World.post(body));
    body.fail(new IllegalStateException("disk full"));
    assertThat(seen.sink().ended()).isEqualTo(Ended.CANCELLED);
    assertThat(seen.call().details()).contains("disk full");
    assertThat(world.transport.last().isReset()).isTrue();
    assertThat(world.busy("v1")).isZero();
  }

  @Test
  void aBodyDrivenFromAnotherThreadIsTakenOnTheLoop() throws InterruptedException {
    var world = World.simple(Configs.forward("v1"), "a");
    var body = new Handed();
    Seen seen = world.start(World.post(body));
    var thread = new Thread(body::give);
    thread.start();
    thread.join();
    assertThat(world.transport.last().body()).isEmpty();
    world.pass(1);
    assertThat(world.transport.last().body()).isEqualTo("elsewhere");
    assertThat(seen.status()).isEqualTo(200);
  }

  private static final class Handed implements io.inmesh.call.Body {
    private Sink sink;

    @Override
    public void open(Sink given) {
      sink = given;
    }

    @Override
    public void demand(int chunks) {}

    @Override
    public void cancel() {}

    void give() {
      sink.onData(
          java.nio.ByteBuffer.wrap("elsewhere".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      sink.onEnd(Headers.EMPTY);
    }
  }
}
