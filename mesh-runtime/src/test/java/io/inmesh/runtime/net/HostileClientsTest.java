package io.inmesh.runtime.net;

import static io.inmesh.runtime.net.Frames.CONTINUATION;
import static io.inmesh.runtime.net.Frames.DATA;
import static io.inmesh.runtime.net.Frames.END_HEADERS;
import static io.inmesh.runtime.net.Frames.END_STREAM;
import static io.inmesh.runtime.net.Frames.GOAWAY;
import static io.inmesh.runtime.net.Frames.HEADERS;
import static io.inmesh.runtime.net.Frames.PING;
import static io.inmesh.runtime.net.Frames.RST_STREAM;
import static io.inmesh.runtime.net.Frames.WINDOW_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.config.ProtocolOptions.Http;
import io.inmesh.runtime.net.Frames.Frame;
import io.inmesh.runtime.net.Pair.Mode;
import io.inmesh.runtime.net.RawServer.Peer;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.server.ServerResponse;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server against clients that mean harm: nothing of it reaches a handler, nothing piles up. */
class HostileClientsTest {
  private static final Mode PLAIN = new Mode(Http.HTTP_1, false, TlsProvider.BEST);
  private static final long MEMORY = 8 << 20;
  private static final String POST = "POST / HTTP/1.1\r\nhost: a\r\n";
  private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n";
  private static final String CHUNKED = POST + "transfer-encoding: chunked\r\n\r\n";

  private final AtomicInteger handled = new AtomicInteger();

  private Pair serving() {
    return new Pair(PLAIN)
        .serving(
            request -> {
              handled.incrementAndGet();
              return MeshServerTest.whole(request);
            });
  }

  // ---- HTTP/1.1: what a real Envoy 1.40 refuses, and what goes further ----

  static List<String> refused() {
    return List.of(
        POST + "content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + "transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
        POST + "content-length: 2\r\ncontent-length: 2\r\n\r\nab",
        POST + "content-length: 2\r\ncontent-length: 3\r\n\r\nabc",
        POST + "content-length: 2, 2\r\n\r\nab",
        POST + "content-length: -2\r\n\r\nab",
        POST + "content-length: 0x2\r\n\r\nab",
        POST + "content-length: \r\n\r\n",
        POST + "content-length: 99999999999999999999\r\n\r\n",
        POST + "transfer-encoding : chunked\r\n\r\n0\r\n\r\n",
        POST + "transfer-encoding: \013chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        GET + "x-a: b\r\n c\r\n\r\n",
        "GET / HTTP/1.1\r\n host: a\r\n\r\n",
        GET + "x-a: b\rc\r\n\r\n",
        GET + "x-a\r: b\r\n\r\n",
        GET + "x-a: b\0c\r\n\r\n",
        GET + "x-a: b\001c\r\n\r\n",
        GET + "x-a: b\177c\r\n\r\n",
        GET + ": b\r\n\r\n",
        GET + "x a: b\r\n\r\n",
        GET + "xa\r\n\r\n",
        GET + "x(a: b\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a b\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a/b\r\n\r\n",
        "GET /p q HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET /p\0q HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET /p\377q HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET /p\tq HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET /p#f HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET * HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET http:///p HTTP/1.1\r\nhost: a\r\n\r\n",
        "CONNECT a:80 HTTP/1.1\r\nhost: a:80\r\n\r\n",
        "GET / http/1.1\r\nhost: a\r\n\r\n",
        " GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusesWhatTwoReadersCouldReadDifferently(String request) throws IOException {
    try (var pair = serving()) {
      assertThat(MeshServerTest.say(pair, request)).startsWith("HTTP/1.1 400 ");
      assertThat(handled).hasValue(0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gzip",
        "gzip, chunked",
        "chunked, chunked",
        "identity",
        "xchunked",
        "chunked\r\nx: y"
      })
  void knowsNoTransferEncodingButOne(String encoding) throws IOException {
    try (var pair = serving()) {
      String answer =
          MeshServerTest.say(
              pair,
              POST + "transfer-encoding: " + encoding + "\r\nconnection: close\r\n\r\n0\r\n\r\n");
      assertThat(answer).startsWith(encoding.contains("x: y") ? "HTTP/1.1 200 " : "HTTP/1.1 501 ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2\nab\r\n0\r\n\r\n",
        "2;a\nxx\r\nab\r\n0\r\n\r\n",
        "2\r\nab\n0\r\n\r\n",
        "+2\r\nab\r\n0\r\n\r\n",
        "0x2\r\nab\r\n0\r\n\r\n",
        " 2\r\nab\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\nab\r\n0\r\n\r\n",
        "2\r\nabc\r\n0\r\n\r\n",
        "-2\r\nab\r\n0\r\n\r\n"
      })
  void refusesChunksThatLie(String body) throws IOException {
    try (var pair = serving()) {
      assertThat(MeshServerTest.say(pair, CHUNKED + body)).startsWith("HTTP/1.1 400 ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\nhost: a\nconnection: close\n\n",
        "\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        "GET http://u@a/p HTTP/1.1\r\nhost: b\r\nconnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\nx: \377\r\nconnection: close\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: Chunked\r\n\r\n"
            + "2 ;a=b\r\nab\r\n0\r\nx-t: 1\r\n\r\n"
      })
  void takesWhatEnvoyTakes(String request) throws IOException {
    try (var pair = serving()) {
      assertThat(MeshServerTest.say(pair, request)).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void whatFollowsARequestIsAnother() throws IOException {
    try (var pair = serving()) {
      assertThat(MeshServerTest.say(pair, GET + "\r\nGARBAGE\r\n\r\n"))
          .startsWith("HTTP/1.1 200 ")
          .contains("HTTP/1.1 400 ");
      assertThat(handled).hasValue(1);
    }
  }

  // ---- HTTP/2 ----

  private static byte[] pseudo(String method, String authority, String path) {
    return Frames.fields(
        ":method", method, ":scheme", "http", ":authority", authority, ":path", path);
  }

  static List<byte[]> malformed() {
    return List.of(
        Frames.request("GET", "x-a", "b\r\nc: d"),
        Frames.request("GET", "x-a", "b\0c"),
        Frames.request("GET", "x-a", "b\177c"),
        Frames.request("GET", "X-A", "b"),
        Frames.request("GET", "connection", "close"),
        Frames.request("GET", "transfer-encoding", "chunked"),
        Frames.request("GET", "te", "gzip"),
        Frames.request("GET", "content-length", "5"),
        Frames.request("GET", ":path", "/other"),
        Frames.request("GET", ":odd", "x"),
        pseudo("G T", "a", "/"),
        pseudo("GET", "a/b", "/"),
        pseudo("GET", "a", "/p q"),
        pseudo("GET", "a", "/p\r\nx: y"),
        pseudo("GET", "a", "/p#f"),
        pseudo("GET", "a", "p"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void refusesMalformedFields(byte[] fields) throws IOException {
    try (var pair = serving()) {
      Peer peer = MeshServerTest.connect(pair);
      try (peer.socket) {
        Frames frames = Frames.client(peer);
        frames.write(HEADERS, END_HEADERS | END_STREAM, 1, fields);
        Frame answer = frames.read();
        while (answer.type() != RST_STREAM && answer.type() != GOAWAY) {
          assertThat(answer.type()).isNotEqualTo(HEADERS);
          answer = frames.read();
        }
        int code = answer.payload().getInt(answer.type() == GOAWAY ? 4 : 0);
        assertThat(code).as("PROTOCOL_ERROR").isEqualTo(1);
        assertThat(handled).hasValue(0);
      }
    }
  }

  /** Says the same until the server has had enough; how it says so. */
  private static String flood(Pair pair, Frames frames, byte[]... turns) throws IOException {
    try {
      for (int i = 0; i < 400_000; i++) {
        frames.peer.out.write(turns[i % turns.length]);
        assertThat(i % 1000 == 0 ? Loops.directMemoryInUse() : 0).isLessThan(MEMORY);
      }
      return "nothing";
    } catch (SocketException broken) {
      return "closed";
    } finally {
      await().untilAsserted(() -> assertThat(pair.server.stats().activeRequests()).isZero());
    }
  }

  @Test
  void aFloodOfPingsWhoseAnswersNobodyReads() throws IOException {
    try (var pair = serving()) {
      Peer peer = MeshServerTest.connect(pair);
      try (peer.socket) {
        Frames frames = Frames.client(peer);
        byte[] pings = Frames.repeated(Frames.frame(PING, 0, 0, new byte[8]), 100);
        assertThat(flood(pair, frames, pings)).isEqualTo("closed");
      }
    }
  }

  @Test
  void rapidResetsEndTheConnection() throws IOException {
    try (var pair = serving()) {
      Peer peer = MeshServerTest.connect(pair);
      try (peer.socket) {
        Frames frames = Frames.client(peer);
        int last = 0;
        try {
          for (int stream = 1; stream < 40_000; stream += 2) {
            frames.write(HEADERS, END_HEADERS, stream, Frames.request("POST"));
            frames.reset(stream, 8);
            last = stream;
          }
        } catch (SocketException closed) {
          // That is what is wanted.
        }
        assertThat(goAwayCode(frames)).as("ENHANCE_YOUR_CALM").isIn(11, -1);
        assertThat(handled.get()).isLessThan(2000);
        assertThat(last).isPositive();
        await().untilAsserted(() -> assertThat(pair.server.stats().activeRequests()).isZero());
      }
    }
  }

  /** The code of the GOAWAY; -1 where the connection ended without a word that could be read. */
  private static int goAwayCode(Frames frames) throws IOException {
    try {
      return frames.read(GOAWAY).payload().getInt(4);
    } catch (EOFException | SocketException closed) {
      return -1;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8000})
  void fieldsThatNeverEnd(int size) throws IOException {
    try (var pair = serving()) {
      Peer peer = MeshServerTest.connect(pair);
      try (peer.socket) {
        Frames frames = Frames.client(peer);
        frames.write(HEADERS, 0, 1, Frames.request("GET"));
        String filler = "x".repeat(size);
        byte[] more = Frames.frame(CONTINUATION, 0, 1, Frames.fields("y", filler));
        assertThat(flood(pair, frames, more)).isEqualTo("closed");
        assertThat(handled).hasValue(0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
  void aClientThatReadsNothingGetsLittle(String protocol) throws IOException {
    var made = new AtomicLong();
    try (var pair =
        new Pair(PLAIN)
            .serving(
                request ->
                    CompletableFuture.completedFuture(
                        new ServerResponse(200, Headers.EMPTY, Optional.of(new Endless(made)))))) {
      Peer peer = MeshServerTest.connect(pair);
      try (peer.socket) {
        if (protocol.equals("HTTP/2")) {
          Frames frames = Frames.client(peer, 4, Integer.MAX_VALUE);
          byte[] window = ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE - 65_535).array();
          frames.write(WINDOW_UPDATE, 0, 0, window);
          for (int stream = 1; stream < 20; stream += 2) {
            frames.get(stream);
          }
        } else {
          peer.say(GET + "\r\n");
        }
        await().until(() -> made.get() > 0 && made.get() == settled(made));
        // Beside it, only what the two sockets' own buffers took.
        assertThat(Loops.directMemoryInUse()).isLessThan(MEMORY);
        assertThat(made.get()).isLessThan(64L << 20);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1", "HTTP/2", "HTTP/2 without a window"})
  void aClientThatTakesNothingIsGivenUp(String how) throws IOException {
    boolean whole = how.endsWith("window");
    var pair = new Pair(PLAIN);
    pair.serving(
        pair.builder(
                request ->
                    whole
                        ? Pair.text(200, "short")
                        : CompletableFuture.completedFuture(
                            new ServerResponse(
                                200, Headers.EMPTY, Optional.of(new Endless(new AtomicLong())))))
            .stallTimeout(Duration.ofMillis(300)));
    try (pair) {
      Peer peer = MeshServerTest.connect(pair);
      try (peer.socket) {
        if (how.equals("HTTP/1.1")) {
          peer.say(GET + "\r\n");
        } else {
          Frames frames = whole ? Frames.client(peer, 4, 0) : Frames.client(peer);
          frames.get(1);
        }
        await().until(() -> pair.server.stats().requests() == 1);
        await().until(() -> pair.server.stats().activeRequests() == 0);
      }
    }
  }

  @Test
  void aHeadMustNotTakeTooLong() throws IOException {
    var pair = new Pair(PLAIN);
    pair.serving(pair.builder(Pair::echo).headTimeout(Duration.ofMillis(300)));
    try (pair) {
      assertThat(MeshServerTest.say(pair, GET)).startsWith("HTTP/1.1 408 ");
      assertThat(MeshServerTest.say(pair, GET + "\r\n" + GET))
          .startsWith("HTTP/1.1 200 ")
          .contains("HTTP/1.1 408 ");
      assertThat(pair.server.stats().requests()).isEqualTo(1);
    }
  }

  /** The same after other connections of the server have been served. */
  private static long settled(AtomicLong made) {
    long before = made.get();
    for (int i = 0; i < 200; i++) {
      Thread.onSpinWait();
    }
    await().pollDelay(Duration.ofMillis(200)).until(() -> true);
    return made.get() == before ? before : -1;
  }

  /** A body without an end. */
  private static final class Endless implements Body {
    private final AtomicLong made;
    private Sink sink;

    Endless(AtomicLong made) {
      this.made = made;
    }

    @Override
    public void open(Sink to) {
      sink = to;
    }

    @Override
    public void demand(int chunks) {
      for (int i = 0; i < chunks; i++) {
        made.addAndGet(16 * 1024);
        sink.onData(ByteBuffer.wrap(new byte[16 * 1024]));
      }
    }

    @Override
    public void cancel() {}
  }

  @Test
  void dataWithoutARequest() throws IOException {
    try (var pair = serving()) {
      Peer peer = MeshServerTest.connect(pair);
      try (peer.socket) {
        Frames frames = Frames.client(peer);
        frames.write(DATA, 0, 5, "x".getBytes(StandardCharsets.US_ASCII));
        assertThat(goAwayCode(frames)).isEqualTo(1);
      }
    }
  }
}
