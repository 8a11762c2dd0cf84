package io.inmesh.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.TransportSocket;
import io.inmesh.runtime.net.RawServer.Peer;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.testkit.pki.TestSecrets;
import io.inmesh.transport.ConnectionLimits;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream.Closed;
import io.inmesh.transport.Transport.PoolSettings;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client against a peer that speaks HTTP/2 frame by frame, in ways a good server does not. */
class Http2PeerTest {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  /** Indexed field 8 of the static table: {@code :status 200}. */
  private static final byte[] STATUS_200 = {(byte) 0x88};

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

  private record Frame(int type, int flags, int stream, ByteBuffer payload) {}

  /** A connection in frames. */
  private static final class Frames {
    final Peer peer;
    final DataInputStream in;

    Frames(Peer peer, int... settings) throws IOException {
      this.peer = peer;
      this.in = new DataInputStream(peer.in);
      in.readFully(new byte[24]);
      ByteBuffer payload = ByteBuffer.allocate(settings.length / 2 * 6);
      for (int i = 0; i < settings.length; i += 2) {
        payload.putShort((short) settings[i]).putInt(settings[i + 1]);
      }
      write(SETTINGS, 0, 0, payload.array());
      write(SETTINGS, 1, 0);
    }

    void write(int type, int flags, int stream, byte... payload) throws IOException {
      ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
      frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
      frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
      synchronized (peer) {
        peer.out.write(frame.array());
        peer.out.flush();
      }
    }

    Frame read() throws IOException {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      var payload = new byte[length];
      in.readFully(payload);
      return new Frame(type, flags, stream, ByteBuffer.wrap(payload));
    }

    /** The next frame of a type; others are skipped. */
    Frame read(int type) throws IOException {
      Frame frame = read();
      while (frame.type != type) {
        frame = read();
      }
      return frame;
    }

    void answer(int stream) throws IOException {
      write(HEADERS, END_HEADERS | END_STREAM, stream, STATUS_200);
    }

    void goAway(int last, int code) throws IOException {
      write(GOAWAY, 0, 0, ByteBuffer.allocate(8).putInt(last).putInt(code).array());
    }

    void reset(int stream, int code) throws IOException {
      write(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(code).array());
    }
  }

  @Test
  void goAwayRefusesTheStreamsAboveItsLast() throws IOException {
    var connections = new AtomicInteger();
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              if (connections.incrementAndGet() > 1) {
                frames.answer(frames.read(HEADERS).stream);
                peer.untilClosed();
                return;
              }
              int first = frames.read(HEADERS).stream;
              int second = frames.read(HEADERS).stream;
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
              frames.reset(frames.read(HEADERS).stream, 7);
              frames.reset(frames.read(HEADERS).stream, 2);
              int third = frames.read(HEADERS).stream;
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
              int stream = frames.read(HEADERS).stream;
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
              streams.add(frames.read(HEADERS).stream);
              streams.add(frames.read(HEADERS).stream);
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
                frames.answer(frames.read(HEADERS).stream);
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
              int stream = frames.read(HEADERS).stream;
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
              frames.write(HEADERS, END_HEADERS | END_STREAM, frames.read(HEADERS).stream);
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
              int stream = frames.read(HEADERS).stream;
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
              codes.add(frames.read(RST_STREAM).payload.getInt());
              frames.answer(frames.read(HEADERS).stream);
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
}
