package io.inmesh.runtime.net;

import static io.inmesh.runtime.net.Frames.CONTINUATION;
import static io.inmesh.runtime.net.Frames.DATA;
import static io.inmesh.runtime.net.Frames.END_HEADERS;
import static io.inmesh.runtime.net.Frames.HEADERS;
import static io.inmesh.runtime.net.Frames.PING;
import static io.inmesh.runtime.net.Frames.STATUS_200;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.TransportSocket;
import io.inmesh.runtime.net.RawServer.Script;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.testkit.pki.TestSecrets;
import io.inmesh.transport.ConnectionLimits;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream.Closed;
import io.inmesh.transport.Transport.PoolSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client against servers that mean harm: a clear end, and nothing piles up. */
class HostileServersTest {
  private static final long MEMORY = 8 << 20;

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

  private ConnectionPool pool(RawServer server, ProtocolOptions protocol) {
    return transport.pool(
        new PoolSettings(
            server.address(),
            "",
            new TransportSocket.RawBuffer(),
            protocol,
            Duration.ofSeconds(5),
            ConnectionLimits.NONE));
  }

  private Exchange call(ProtocolOptions protocol, Script script) throws IOException {
    try (var server = new RawServer(script)) {
      var exchange = Exchange.get("/").count().on(pool(server, protocol), loop);
      exchange.outcome();
      return exchange;
    }
  }

  /** Says the same until the client has had enough. */
  private static void flood(Frames frames, byte[] turn) throws IOException {
    while (true) {
      frames.peer.out.write(turn);
      assertThat(Loops.directMemoryInUse()).isLessThan(MEMORY);
    }
  }

  @Test
  void aFloodOfPingsWhoseAnswersNobodyReads() throws IOException {
    byte[] many = Frames.repeated(Frames.frame(PING, 0, 0, new byte[8]), 200);
    Exchange exchange =
        call(
            ProtocolOptions.HTTP_2,
            peer -> {
              var frames = new Frames(peer);
              frames.read(HEADERS);
              flood(frames, many);
            });
    assertThat(exchange.outcome()).isIn(Closed.PROTOCOL_ERROR, Closed.TERMINATED);
    assertThat(exchange.reason).contains("127.0.0.1:");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8000})
  void fieldsThatNeverEnd(int size) throws IOException {
    byte[] more = Frames.frame(CONTINUATION, 0, 1, Frames.fields("y", "x".repeat(size)));
    Exchange exchange =
        call(
            ProtocolOptions.HTTP_2,
            peer -> {
              var frames = new Frames(peer);
              int stream = frames.read(HEADERS).stream();
              frames.write(HEADERS, 0, stream, STATUS_200);
              more[8] = (byte) stream;
              flood(frames, more);
            });
    assertThat(exchange.outcome()).isEqualTo(Closed.PROTOCOL_ERROR);
  }

  @Test
  void moreDataThanTheWindowAllows() throws IOException {
    byte[] data = new byte[16 * 1024];
    try (var server =
        new RawServer(
            peer -> {
              var frames = new Frames(peer);
              int stream = frames.read(HEADERS).stream();
              frames.write(HEADERS, END_HEADERS, stream, STATUS_200);
              flood(frames, Frames.frame(DATA, 0, stream, data));
            })) {
      var exchange = Exchange.get("/").demand(0).on(pool(server, ProtocolOptions.HTTP_2), loop);
      assertThat(exchange.outcome()).isEqualTo(Closed.PROTOCOL_ERROR);
      assertThat(exchange.reason).containsIgnoringCase("flow control");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nset-cookie: x", "a\0", "a\177"})
  void valuesThatCouldBecomeFields(String value) throws IOException {
    Exchange exchange =
        call(
            ProtocolOptions.HTTP_2,
            peer -> {
              var frames = new Frames(peer);
              int stream = frames.read(HEADERS).stream();
              frames.write(
                  HEADERS, END_HEADERS, stream, Frames.fields(":status", "200", "x", value));
              peer.untilClosed();
            });
    assertThat(exchange.outcome()).isEqualTo(Closed.PROTOCOL_ERROR);
    assertThat(exchange.reason).contains("header 'x'");
  }

  static List<String> broken() {
    return List.of(
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\na",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx: a\001b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx: a\r\n b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx : a\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\n" + "x: y\r\n".repeat(20_000),
        "HTTP/1.1 200 OK\r\nx: " + "y".repeat(100_000));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void answersThatAreNone(String answer) throws IOException {
    Exchange exchange =
        call(
            ProtocolOptions.HTTP_1,
            peer -> {
              peer.head();
              peer.say(answer);
              peer.untilClosed();
            });
    assertThat(exchange.outcome()).isEqualTo(Closed.PROTOCOL_ERROR);
    assertThat(exchange.reason).startsWith("127.0.0.1:");
  }

  @Test
  void whatFollowsAnAnswerIsNobodys() throws IOException {
    try (var server =
        new RawServer(
            peer -> {
              peer.head();
              peer.say(
                  "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\nx: evil\r\n");
              peer.untilClosed();
            })) {
      ConnectionPool pool = pool(server, ProtocolOptions.HTTP_1);
      for (int i = 0; i < 3; i++) {
        var exchange = Exchange.get("/").on(pool, loop);
        assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
        assertThat(exchange.headers.contains("x")).isFalse();
      }
      assertThat(server.accepted).hasValue(3);
    }
  }

  @Test
  void informationalHeadsWithoutEndCanBeGivenUp() throws IOException {
    try (var server =
        new RawServer(
            peer -> {
              peer.head();
              while (true) {
                peer.say("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
                assertThat(Loops.directMemoryInUse()).isLessThan(MEMORY);
              }
            })) {
      var exchange = Exchange.get("/").on(pool(server, ProtocolOptions.HTTP_1), loop);
      Exchange.await(exchange.opened);
      exchange.reset();
      await().untilAsserted(() -> assertThat(transport.openConnections()).isZero());
    }
  }
}
