package io.inmesh.runtime.net;

import static io.inmesh.runtime.net.Frames.DATA;
import static io.inmesh.runtime.net.Frames.END_HEADERS;
import static io.inmesh.runtime.net.Frames.END_STREAM;
import static io.inmesh.runtime.net.Frames.HEADERS;
import static io.inmesh.runtime.net.Frames.PING;
import static io.inmesh.runtime.net.Frames.RST_STREAM;
import static io.inmesh.runtime.net.Frames.STATUS_200;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.TransportSocket;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.testkit.pki.TestSecrets;
import io.inmesh.transport.ConnectionLimits;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream.Closed;
import io.inmesh.transport.Transport.PoolSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client against a peer that speaks HTTP/2 frame by frame, in ways a good server does not. */
class Http2PeerTest {
  private final Loops loops = new Loops(new Loops.Settings(1, "test", 1, System::nanoTime, true));
  private final NettyLoop loop = loops.all().get(0);
  private final NettyTransport transport =
      new NettyTransport(loops, new TestSecrets(), InstantSource.system(), TlsProvider.BEST);

  @AfterEach
  void everythingIsReleased() {
    transport.close();
    await().untilAsserted(() -> assertThat(transport.openConnections()).isZero());
    assertThat(transport.activeStreams()).isZero();
    await().untilAsserted(() -> assertThat(Loops.directMemoryInUse()).isZero());
    loops.close();
  }

  private ConnectionPool pool(RawServer server) {
    return pool(server, ConnectionLimits.NONE);
  }

  private ConnectionPool pool(RawServer server, ConnectionLimits limits) {
    return transport.pool(
        new PoolSettings(
            server.address(),
            "",
            new TransportSocket.RawBuffer(),
            ProtocolOptions.HTTP_2,
            Duration.ofSeconds(5),
            limits));
  }

  @Test
  void goAwayRefusesTheStreamsAboveItsLast() throws IOException {
    var connections = new AtomicInteger();
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              if (connections.incrementAndGet() > 1) {
                frames.answer(frames.read(HEADERS).stream());
                peer.untilClosed();
                return;
              }
              int first = frames.read(HEADERS).stream();
              int second = frames.read(HEADERS).stream();
              frames.read(HEADERS);
              frames.goAway(second, 0);
              frames.answer(first);
              frames.answer(second);
              peer.untilClosed();
            })) {
      ConnectionPool pool = pool(server);
      var all = new ArrayList<Exchange>();
      for (int i = 0; i < 3; i++) {
        all.add(Exchange.get("/" + i).on(pool, loop));
      }
      assertThat(all.get(0).outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(all.get(1).outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(all.get(2).outcome()).isEqualTo(Closed.REFUSED);
      assertThat(all.get(2).reason).contains(server.address().toString()).contains("NO_ERROR");
      assertThat(Exchange.get("/again").on(pool, loop).outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(server.accepted).hasValue(2);
    }
  }

  @Test
  void resetCodesAreToldApart() throws IOException {
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              frames.reset(frames.read(HEADERS).stream(), 7);
              frames.reset(frames.read(HEADERS).stream(), 2);
              frames.reset(frames.read(HEADERS).stream(), 1);
              int third = frames.read(HEADERS).stream();
              frames.write(HEADERS, END_HEADERS, third, STATUS_200);
              frames.write(DATA, 0, third, (byte) 'x');
              frames.reset(third, 8);
              peer.untilClosed();
            })) {
      ConnectionPool pool = pool(server);
      var refused = Exchange.get("/").on(pool, loop);
      assertThat(refused.outcome()).isEqualTo(Closed.REFUSED);
      assertThat(refused.reason).contains("REFUSED_STREAM");
      var reset = Exchange.get("/").on(pool, loop);
      assertThat(reset.outcome()).isEqualTo(Closed.RESET);
      assertThat(reset.reason).contains("INTERNAL_ERROR");
      var broken = Exchange.get("/").on(pool, loop);
      assertThat(broken.outcome()).isEqualTo(Closed.PROTOCOL_ERROR);
      var late = Exchange.get("/").on(pool, loop);
      assertThat(late.status()).isEqualTo(200);
      assertThat(late.outcome()).isEqualTo(Closed.RESET);
      assertThat(server.accepted).hasValue(1);
    }
  }

  @Test
  void aWholeAnswerFollowedByAResetWithoutErrorIsWhole() throws IOException {
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              int stream = frames.read(HEADERS).stream();
              frames.answer(stream);
              frames.reset(stream, 0);
              peer.untilClosed();
            })) {
      var exchange = new Exchange("POST", "/").body(10, -1).holdEnd().on(pool(server), loop);
      assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
    }
  }

  @Test
  void moreConnectionsWhenStreamsRunOut() throws IOException {
    var go = new CountDownLatch(1);
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer, 3, 2);
              var streams = new ArrayList<Integer>();
              streams.add(frames.read(HEADERS).stream());
              streams.add(frames.read(HEADERS).stream());
              try {
                go.await();
              } catch (InterruptedException e) {
                return;
              }
              for (int stream : streams) {
                frames.answer(stream);
              }
              peer.untilClosed();
            })) {
      ConnectionPool pool = pool(server);
      var all = new ArrayList<Exchange>();
      for (int i = 0; i < 6; i++) {
        all.add(Exchange.get("/" + i).on(pool, loop));
      }
      all.forEach(one -> Exchange.await(one.opened));
      go.countDown();
      for (Exchange one : all) {
        assertThat(one.outcome()).isEqualTo(Closed.COMPLETE);
      }
      assertThat(server.accepted).hasValue(3);
    }
  }

  @Test
  void streamsWaitWhereNoFurtherConnectionIsAllowed() throws IOException {
    var limits = new Http1TransportTest.Limits(1, 100);
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer, 3, 1);
              for (int i = 0; i < 5; i++) {
                frames.answer(frames.read(HEADERS).stream());
              }
              peer.untilClosed();
            })) {
      ConnectionPool pool = pool(server, limits);
      var all = new ArrayList<Exchange>();
      for (int i = 0; i < 5; i++) {
        all.add(Exchange.get("/" + i).on(pool, loop));
      }
      for (Exchange one : all) {
        assertThat(one.outcome()).isEqualTo(Closed.COMPLETE);
      }
      assertThat(server.accepted).hasValue(1);
      assertThat(limits.waiting).hasValue(0);
    }
  }

  @Test
  void aPeerThatBreaksTheProtocol() throws IOException {
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              int stream = frames.read(HEADERS).stream();
              frames.write(DATA, 0, stream + 100, (byte) 1);
              peer.untilClosed();
            })) {
      var exchange = Exchange.get("/").on(pool(server), loop);
      assertThat(exchange.outcome()).isEqualTo(Closed.PROTOCOL_ERROR);
      assertThat(exchange.reason).contains(server.address().toString());
    }
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              // A response without a status.
              frames.write(HEADERS, END_HEADERS | END_STREAM, frames.read(HEADERS).stream());
              peer.untilClosed();
            })) {
      var exchange = Exchange.get("/").on(pool(server), loop);
      assertThat(exchange.outcome()).isEqualTo(Closed.PROTOCOL_ERROR);
    }
  }

  @Test
  void aPeerThatSpeaksSomethingElse() throws IOException {
    try (var server =
        new RawServer(
            peer -> {
              peer.say("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
              peer.untilClosed();
            })) {
      var exchange = Exchange.get("/").on(pool(server), loop);
      assertThat(exchange.outcome()).isEqualTo(Closed.CONNECT_FAILURE);
      assertThat(exchange.reason).contains(server.address().toString());
    }
    try (var server = new RawServer(peer -> peer.in.read())) {
      var exchange = Exchange.get("/").on(pool(server), loop);
      assertThat(exchange.outcome()).isEqualTo(Closed.CONNECT_FAILURE);
    }
  }

  @Test
  void aConnectionThatBreaksTerminatesItsStreams() throws IOException {
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              frames.read(HEADERS);
              frames.read(HEADERS);
            })) {
      ConnectionPool pool = pool(server);
      var one = Exchange.get("/1").on(pool, loop);
      var two = Exchange.get("/2").on(pool, loop);
      assertThat(one.outcome()).isEqualTo(Closed.TERMINATED);
      assertThat(two.outcome()).isEqualTo(Closed.TERMINATED);
      assertThat(one.reason).contains(server.address().toString());
    }
  }

  @Test
  void aReaderThatDoesNotReadHoldsAtMostAWindow() throws IOException {
    var sent = new AtomicInteger();
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              int stream = frames.read(HEADERS).stream();
              frames.write(HEADERS, END_HEADERS, stream, STATUS_200);
              // As much as the client's window takes, and not a byte more.
              var block = new byte[16 * 1024];
              for (int i = 0; i < 16; i++) {
                frames.write(DATA, 0, stream, block);
                sent.addAndGet(block.length);
              }
              // Then there must come leave to send more, but only when the reader reads.
              frames.read(8);
              sent.incrementAndGet();
              frames.write(DATA, END_STREAM, stream, new byte[100]);
              peer.untilClosed();
            })) {
      var exchange = Exchange.get("/").count().demand(0).on(pool(server), loop);
      assertThat(exchange.status()).isEqualTo(200);
      await().until(() -> sent.get() >= 256 * 1024);
      await().during(Duration.ofMillis(200)).until(() -> sent.get() == 256 * 1024);
      assertThat(exchange.receivedBytes.get()).isZero();
      exchange.more(Integer.MAX_VALUE);
      assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(exchange.receivedBytes.get()).isEqualTo(256 * 1024 + 100);
    }
  }

  @Test
  void pingsThatAreNotAnsweredEndTheConnection() throws IOException {
    ProtocolOptions base = ProtocolOptions.HTTP_2;
    var options =
        new ProtocolOptions(
            base.http(),
            new ProtocolOptions.Http2(
                10, 65_535, 65_535, Duration.ofMillis(50), Duration.ofMillis(50)),
            base.sni(),
            base.idleTimeout(),
            base.maxConnectionDuration(),
            0,
            base.maxStreamDuration());
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              frames.read(PING);
              peer.untilClosed();
            })) {
      ConnectionPool pool =
          transport.pool(
              new PoolSettings(
                  server.address(),
                  "",
                  new TransportSocket.RawBuffer(),
                  options,
                  Duration.ofSeconds(5),
                  ConnectionLimits.NONE));
      var exchange = Exchange.get("/").on(pool, loop);
      assertThat(exchange.outcome()).isEqualTo(Closed.TERMINATED);
      assertThat(exchange.reason).contains("pings");
    }
  }

  @Test
  void cancelSendsAReset() throws IOException {
    var codes = new ArrayList<Integer>();
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              frames.read(HEADERS);
              codes.add(frames.read(RST_STREAM).payload().getInt());
              frames.answer(frames.read(HEADERS).stream());
              peer.untilClosed();
            })) {
      ConnectionPool pool = pool(server);
      var exchange = Exchange.get("/").on(pool, loop);
      Exchange.await(exchange.opened);
      exchange.reset();
      assertThat(Exchange.get("/").on(pool, loop).outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(codes).isEqualTo(List.of(8));
      assertThat(server.accepted).hasValue(1);
    }
  }

  @Test
  void aPeerThatAllowsNoStreamsForNowIsWaitedFor() throws IOException {
    var asked = new CountDownLatch(1);
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer, 3, 0);
              Pair.waitFor(asked);
              frames.settings(3, 1);
              for (int i = 0; i < 3; i++) {
                frames.answer(frames.read(HEADERS).stream());
              }
              peer.untilClosed();
            })) {
      ConnectionPool pool = pool(server);
      var all = new ArrayList<Exchange>();
      all.add(Exchange.get("/0").on(pool, loop));
      await().until(() -> transport.openConnections() == 1);
      all.add(Exchange.get("/1").on(pool, loop));
      all.add(Exchange.get("/2").on(pool, loop));
      loop.execute(asked::countDown);
      for (Exchange one : all) {
        assertThat(one.outcome()).isEqualTo(Closed.COMPLETE);
      }
      assertThat(server.accepted).hasValue(1);
    }
  }

  @Test
  void theNumberOfStreamsMayShrinkWhileItRuns() throws IOException {
    var go = new CountDownLatch(1);
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer, 3, 10);
              int first = frames.read(HEADERS).stream();
              frames.settings(3, 1);
              frames.write(PING, 0, 0, new byte[8]);
              // The answer to the ping comes after the one to the settings.
              frames.read(PING);
              frames.write(HEADERS, END_HEADERS, first, STATUS_200);
              Pair.waitFor(go);
              frames.write(DATA, END_STREAM, first);
              frames.answer(frames.read(HEADERS).stream());
              peer.untilClosed();
            })) {
      ConnectionPool pool = pool(server, new Http1TransportTest.Limits(1, 100));
      var first = Exchange.get("/first").on(pool, loop);
      assertThat(first.status()).isEqualTo(200);
      var second = Exchange.get("/second").on(pool, loop);
      loop.execute(go::countDown);
      assertThat(second.outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(first.outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(server.accepted).hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 100_000})
  void nothingOfARequestReachesADeadConnection(long body) throws IOException {
    var go = new CountDownLatch(1);
    var dead = new CountDownLatch(1);
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              frames.answer(frames.read(HEADERS).stream());
              Pair.waitFor(go);
              peer.reset(dead);
            })) {
      ConnectionPool pool = pool(server);
      assertThat(Exchange.get("/").on(pool, loop).outcome()).isEqualTo(Closed.COMPLETE);
      var exchange = new Exchange("POST", "/").body(body, body).after(go, dead, pool, loop);
      Closed outcome = exchange.outcome();
      assertThat(outcome).as(exchange.reason).isEqualTo(Closed.REFUSED);
    }
  }

  @Test
  void aWriteThatFailsIsNoBreachOfProtocol() throws IOException {
    var half = new CountDownLatch(1);
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              frames.read(HEADERS);
              frames.read(DATA);
              Pair.waitFor(half);
              peer.reset(new CountDownLatch(1));
            })) {
      var exchange = new Exchange("POST", "/").body(1 << 20, -1).on(pool(server), loop);
      await().until(() -> exchange.sentBytes.get() > 0);
      half.countDown();
      Closed outcome = exchange.outcome();
      assertThat(outcome).as(exchange.reason).isEqualTo(Closed.TERMINATED);
    }
  }

  @Test
  void theBodyWaitsForTheWordToGoOn() throws IOException {
    var seen = new ArrayList<Integer>();
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              int stream = frames.read(HEADERS).stream();
              frames.write(PING, 0, 0, new byte[8]);
              for (Frames.Frame frame = frames.read(); ; frame = frames.read()) {
                seen.add(frame.type());
                if (frame.type() == PING) {
                  break;
                }
              }
              frames.write(HEADERS, END_HEADERS, stream, Frames.fields(":status", "100"));
              while (frames.read(DATA).flags() != END_STREAM) {
                // The body.
              }
              frames.answer(stream);
              peer.untilClosed();
            })) {
      var exchange =
          new Exchange("POST", "/")
              .headers("expect", "100-continue")
              .body(10, 10)
              .on(pool(server), loop);
      assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(seen).doesNotContain(DATA);
    }
  }

  @Test
  void anInformationalHeadIsNoEnd() throws IOException {
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              int stream = frames.read(HEADERS).stream();
              frames.write(
                  HEADERS, END_HEADERS | END_STREAM, stream, Frames.fields(":status", "103"));
              peer.untilClosed();
            })) {
      var exchange = Exchange.get("/").on(pool(server), loop);
      assertThat(exchange.outcome()).isEqualTo(Closed.PROTOCOL_ERROR);
      assertThat(exchange.reason).contains("status 103");
    }
  }
}
