package io.inmesh.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.config.ProtocolOptions.Http;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.inbound.TlsMode;
import io.inmesh.runtime.net.Pair.Mode;
import io.inmesh.runtime.net.RawServer.Peer;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.inmesh.transport.Stream.Closed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The server against clients that speak byte by byte, and its limits. */
class MeshServerTest {
  private static final Mode PLAIN = new Mode(Http.HTTP_1, false, TlsProvider.BEST);

  static Peer connect(Pair pair) throws IOException {
    var socket = new Socket();
    // Little is read ahead of the test.
    socket.setReceiveBufferSize(8 * 1024);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), pair.server.port()));
    socket.setSoTimeout(10_000);
    return new Peer(socket);
  }

  /** Everything until the server closes. */
  private static String all(Peer peer) throws IOException {
    return new String(peer.in.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  static String say(Pair pair, String text) throws IOException {
    Peer peer = connect(pair);
    try (peer.socket) {
      peer.say(text);
      return all(peer);
    }
  }

  @Test
  void refusesBrokenRequests() throws IOException {
    try (var pair = new Pair(PLAIN).serving(Pair::echo)) {
      for (String request :
          List.of(
              "GET / HTTP/1.1\r\n\r\n",
              "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
              "GET /\r\n\r\n",
              "GET  / HTTP/1.1\r\nhost: a\r\n\r\n",
              "GET / HTTP/1.1 x\r\nhost: a\r\n\r\n",
              "G@T / HTTP/1.1\r\nhost: a\r\n\r\n",
              "GET nothing HTTP/1.1\r\nhost: a\r\n\r\n",
              "GET / HTTP/1.1\r\nhost: a\r\nx: 1\r\n y\r\n\r\n",
              "GET / HTTP/1.1\r\nhost: a\r\nx : 1\r\n\r\n",
              "GET / HTTP/1.1\r\nhost: a\r\nx: 1\rz\r\n\r\n",
              "POST / HTTP/1.1\r\n"
                  + "host: a\r\n"
                  + "content-length: 1\r\n"
                  + "transfer-encoding: chunked\r\n\r\n",
              "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1, 1\r\n\r\n",
              "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: +1\r\n\r\n",
              "POST / HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")) {
        assertThat(say(pair, request)).as(request).startsWith("HTTP/1.1 400 ");
      }
      String chunkThatLies =
          "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n";
      // The head has been answered: all that can be done is to break off.
      assertThat(say(pair, chunkThatLies)).doesNotContain("0\r\n\r\n");
      assertThat(say(pair, "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n"))
          .startsWith("HTTP/1.1 501 ");
      assertThat(say(pair, "GET / HTTP/3.0\r\nhost: a\r\n\r\n")).startsWith("HTTP/1.1 505 ");
    }
  }

  @Test
  void headAndBodyLimits() throws IOException {
    var pair = new Pair(PLAIN);
    try (pair) {
      pair.serving(pair.builder(MeshServerTest::whole).headLimits(2000, 10).maxBodyBytes(100));
      String many = "x: y\r\n".repeat(11);
      assertThat(say(pair, "GET / HTTP/1.1\r\nhost: a\r\n" + many + "\r\n"))
          .startsWith("HTTP/1.1 431 ");
      assertThat(say(pair, "GET / HTTP/1.1\r\nhost: a\r\nx: " + "y".repeat(3000) + "\r\n\r\n"))
          .startsWith("HTTP/1.1 431 ");
      assertThat(say(pair, "GET / HTTP/1.1\r\nhost: a\r\nx: " + "y".repeat(3000)))
          .startsWith("HTTP/1.1 431 ");
      assertThat(say(pair, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 101\r\n\r\n"))
          .startsWith("HTTP/1.1 413 ");
      assertThat(
              say(
                  pair,
                  "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n65\r\n"
                      + "z".repeat(101)
                      + "\r\n0\r\n\r\n"))
          .startsWith("HTTP/1.1 413 ");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Http.class,
      names = {"HTTP_1", "HTTP_2"})
  void limitsHoldForBothProtocols(Http http) {
    var pair = new Pair(new Mode(http, false, TlsProvider.BEST));
    try (pair) {
      pair.serving(pair.builder(MeshServerTest::whole).headLimits(4000, 10).maxBodyBytes(100));
      assertThat(new Exchange("POST", "/").body(101, 101).on(pair.pool(), pair.loop).status())
          .isEqualTo(413);
      assertThat(new Exchange("POST", "/").body(101, -1).on(pair.pool(), pair.loop).status())
          .isEqualTo(413);
      assertThat(new Exchange("POST", "/").body(100, -1).on(pair.pool(), pair.loop).status())
          .isEqualTo(200);
      var fields = new String[24];
      java.util.Arrays.setAll(fields, i -> "x-" + i / 2);
      assertThat(Exchange.get("/").headers(fields).on(pair.pool(), pair.loop).status())
          .isEqualTo(431);
      assertThat(
              Exchange.get("/").headers("x", "y".repeat(5000)).on(pair.pool(), pair.loop).status())
          .isEqualTo(431);
    }
  }

  /** Reads all, then answers. */
  static CompletableFuture<ServerResponse> whole(ServerRequest request) {
    var answer = new CompletableFuture<ServerResponse>();
    request
        .body()
        .open(
            new Body.Sink() {
              private long bytes;

              @Override
              public void onData(ByteBuffer chunk) {
                bytes += chunk.remaining();
              }

              @Override
              public void onEnd(Headers trailers) {
                answer.complete(Pair.text(200, "read " + bytes).join());
              }

              @Override
              public void onFailure(Throwable cause) {
                answer.completeExceptionally(cause);
              }
            });
    request.body().demand(Integer.MAX_VALUE);
    return answer;
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws IOException {
    var answers = new CopyOnWriteArrayList<CompletableFuture<ServerResponse>>();
    try (var pair =
        new Pair(PLAIN)
            .serving(
                request -> {
                  var answer = new CompletableFuture<ServerResponse>();
                  answers.add(answer);
                  return answer;
                })) {
      Peer peer = connect(pair);
      try (peer.socket) {
        peer.say(
            "GET /1 HTTP/1.1\r\n"
                + "host: a\r\n\r\n"
                + "GET /2 HTTP/1.1\r\n"
                + "host: a\r\n"
                + "connection: close\r\n\r\n");
        await().until(() -> answers.size() == 1);
        answers.get(0).complete(Pair.text(200, "one").join());
        await().until(() -> answers.size() == 2);
        answers.get(1).complete(Pair.text(200, "two").join());
        assertThat(all(peer))
            .isEqualTo(
                "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\none"
                    + "HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\ntwo");
      }
    }
  }

  @Test
  void continuesOnlyWhenTheHandlerReads() throws IOException {
    try (var pair =
        new Pair(PLAIN)
            .serving(
                request ->
                    request.path().equals("/read") ? whole(request) : Pair.text(403, "no"))) {
      Peer peer = connect(pair);
      try (peer.socket) {
        peer.say(
            "POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n");
        assertThat(peer.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
        peer.say("ok");
        assertThat(peer.head()).startsWith("HTTP/1.1 200 OK\r\n");
      }
      assertThat(
              say(
                  pair,
                  "POST /no HTTP/1.1\r\n"
                      + "host: a\r\n"
                      + "content-length: 2\r\n"
                      + "expect: 100-continue\r\n\r\n"))
          .startsWith("HTTP/1.1 403 Forbidden\r\n")
          .contains("connection: close")
          .endsWith("no");
    }
  }

  @Test
  void oldClientsAndAbsoluteTargets() throws IOException {
    var seen = new AtomicReference<ServerRequest>();
    try (var pair =
        new Pair(PLAIN)
            .serving(
                request -> {
                  seen.set(request);
                  return CompletableFuture.completedFuture(
                      new ServerResponse(200, Headers.EMPTY, Optional.of(new Unknown())));
                })) {
      assertThat(say(pair, "GET /x HTTP/1.0\r\n\r\n"))
          .isEqualTo("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nunknown");
      assertThat(seen.get().authority()).isEmpty();
      assertThat(
              say(
                  pair,
                  "\r\nGET http://other:81/y?z HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
          .isEqualTo(
              "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
                  + "7\r\nunknown\r\n0\r\n\r\n");
      assertThat(seen.get().authority()).isEqualTo("other:81");
      assertThat(seen.get().path()).isEqualTo("/y?z");
    }
  }

  /** A body whose length is not known before. */
  private static final class Unknown implements Body {
    @Override
    public void open(Sink sink) {
      sink.onData(ByteBuffer.wrap("unknown".getBytes(StandardCharsets.US_ASCII)));
      sink.onEnd(Headers.EMPTY);
    }

    @Override
    public void demand(int chunks) {}

    @Override
    public void cancel() {}
  }

  @Test
  void aClientThatGoesAwayEndsTheExchange() throws IOException {
    var failed = new CompletableFuture<Throwable>();
    try (var pair =
        new Pair(PLAIN)
            .serving(
                request ->
                    whole(request).whenComplete((answer, failure) -> failed.complete(failure)))) {
      Peer peer = connect(pair);
      try (peer.socket) {
        peer.say("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf");
        await().until(() -> pair.server.stats().activeRequests() == 1);
      }
      assertThat(Exchange.await(failed)).hasMessageContaining("closed the connection");
      await().until(() -> pair.server.stats().connections() == 0);
    }
  }

  @Test
  void idleConnectionsAreClosed() throws IOException {
    var pair = new Pair(PLAIN);
    try (pair) {
      pair.serving(pair.builder(Pair::echo).idleTimeout(Duration.ofMillis(100)));
      Peer peer = connect(pair);
      try (peer.socket) {
        assertThat(all(peer)).isEmpty();
      }
    }
  }

  @Test
  void aRequestBodyThatNobodyReadsCostsTheConnectionOnlyIfItIsLarge() {
    try (var pair = new Pair(PLAIN).serving(request -> Pair.text(200, "unread"))) {
      var pool = pair.pool();
      assertThat(new Exchange("POST", "/").body(1000, 1000).on(pool, pair.loop).outcome())
          .isEqualTo(Closed.COMPLETE);
      assertThat(Exchange.get("/").on(pool, pair.loop).outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(pair.server.stats().accepted()).isLessThanOrEqualTo(2);
      var large = new Exchange("POST", "/").body(64L << 20, 64L << 20).on(pool, pair.loop);
      assertThat(large.outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(large.text()).isEqualTo("unread");
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() {
    try (var pair = new Pair(PLAIN).serving(Pair::echo)) {
      assertThatThrownBy(
              () ->
                  MeshServer.builder(pair.loops, pair.server.port(), Pair::echo)
                      .host("127.0.0.1")
                      .tls(TlsMode.PLAINTEXT)
                      .start())
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("127.0.0.1:" + pair.server.port());
    }
  }
}
