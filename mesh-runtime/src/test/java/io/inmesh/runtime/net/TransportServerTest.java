package io.inmesh.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.config.ProtocolOptions.Http;
import io.inmesh.runtime.net.Pair.Mode;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream.Closed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same behaviour over each protocol, with and without TLS. */
class TransportServerTest {
  static Stream<Mode> modes() {
    return Stream.of(
        new Mode(Http.HTTP_1, false, TlsProvider.BEST),
        new Mode(Http.HTTP_1, true, TlsProvider.BORINGSSL),
        new Mode(Http.HTTP_1, true, TlsProvider.JDK),
        new Mode(Http.HTTP_2, false, TlsProvider.BEST),
        new Mode(Http.HTTP_2, true, TlsProvider.BORINGSSL),
        new Mode(Http.HTTP_2, true, TlsProvider.JDK),
        new Mode(Http.AUTO, true, TlsProvider.BEST),
        new Mode(Http.HTTP_1, true, TlsProvider.JDK, SocketIo.NIO),
        new Mode(Http.HTTP_2, false, TlsProvider.BEST, SocketIo.NIO),
        new Mode(Http.HTTP_1, false, TlsProvider.BEST, SocketIo.IO_URING),
        new Mode(Http.HTTP_2, true, TlsProvider.BEST, SocketIo.IO_URING));
  }

  @ParameterizedTest
  @MethodSource("modes")
  void manyCallsOnOneConnection(Mode mode) {
    var requests = new CopyOnWriteArrayList<ServerRequest>();
    try (var pair =
        new Pair(mode)
            .serving(
                request -> {
                  requests.add(request);
                  return Pair.text(200, "hello");
                })) {
      ConnectionPool pool = pair.pool();
      for (int i = 0; i < 50; i++) {
        var exchange =
            Exchange.get("/p?q=" + i)
                .headers("x-a", "1", "x-forwarded-client-cert", "URI=spiffe://evil")
                .on(pool, pair.loop);
        assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.text()).isEqualTo("hello");
        assertThat(exchange.callbacksAfterClose.get()).isZero();
      }
      assertThat(pair.server.stats().accepted()).isEqualTo(1);
      ServerRequest last = requests.get(49);
      assertThat(last.path()).isEqualTo("/p?q=49");
      assertThat(last.authority()).isEqualTo("svc.example");
      assertThat(last.headers().get("x-a")).isEqualTo("1");
      assertThat(last.headers().contains("x-forwarded-client-cert")).isFalse();
      assertThat(last.scheme()).isEqualTo(mode.tls() ? "https" : "http");
      assertThat(last.peer().map(Object::toString))
          .isEqualTo(mode.tls() ? Optional.of(pair.pki.uri("client")) : Optional.empty());
      if (mode.tls()) {
        assertThat(pair.peers)
            .extracting(java.security.cert.X509Certificate::getSerialNumber)
            .containsExactly(pair.client.certificate("default").leaf().getSerialNumber());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void echoesALargeBodyWithTrailersToASlowReader(Mode mode) {
    long total = 48L << 20;
    try (var pair = new Pair(mode).serving(Pair::echo)) {
      var exchange =
          new Exchange("POST", "/echo")
              .body(total, -1)
              .chunks(32 * 1024)
              .trailers("x-end", "yes")
              .count()
              .demand(0)
              .on(pair.pool(), pair.loop);
      assertThat(exchange.status()).isEqualTo(200);
      await().until(() -> exchange.sentBytes.get() > 0);
      // Nobody reads: what is on its way fits into the buffers of four sockets and two windows.
      await().during(Duration.ofMillis(300)).until(() -> exchange.sentBytes.get() < 24L << 20);
      assertThat(exchange.receivedBytes.get()).isZero();
      assertThat(Loops.directMemoryInUse()).isBetween(1L, 8L << 20);
      exchange.more(Integer.MAX_VALUE);
      assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(exchange.receivedBytes.get()).isEqualTo(total);
      assertThat(exchange.trailers.get("x-end")).isEqualTo("yes");
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void cancelHalfWayReleasesBothSides(Mode mode) {
    try (var pair = new Pair(mode).serving(Pair::echo)) {
      var exchange =
          new Exchange("POST", "/echo")
              .body(64L << 20, -1)
              .count()
              .demand(10)
              .on(pair.pool(), pair.loop);
      await().until(() -> exchange.receivedBytes.get() > 0);
      exchange.reset();
      await().until(() -> pair.server.stats().activeRequests() == 0);
      await().until(() -> pair.transport.activeStreams() == 0);
      assertThat(exchange.closed).isNotDone();
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void anAnswerThatBreaksOffIsSeen(Mode mode) {
    try (var pair =
        new Pair(mode)
            .serving(
                request ->
                    CompletableFuture.completedFuture(
                        new ServerResponse(200, Headers.EMPTY, Optional.of(new Breaking()))))) {
      var exchange = Exchange.get("/").on(pair.pool(), pair.loop);
      assertThat(exchange.status()).isEqualTo(200);
      assertThat(exchange.outcome())
          .isEqualTo(mode.http() == Http.HTTP_1 ? Closed.TERMINATED : Closed.RESET);
      assertThat(exchange.text()).isEqualTo("half");
    }
  }

  private static final class Breaking implements Body {
    @Override
    public void open(Sink sink) {
      sink.onData(ByteBuffer.wrap("half".getBytes(StandardCharsets.US_ASCII)));
      CompletableFuture.delayedExecutor(50, java.util.concurrent.TimeUnit.MILLISECONDS)
          .execute(() -> sink.onFailure(new IllegalStateException("no more")));
    }

    @Override
    public void demand(int chunks) {}

    @Override
    public void cancel() {}
  }

  @ParameterizedTest
  @MethodSource("modes")
  void answersFromOtherThreadsHeadsAndStatuses(Mode mode) {
    try (var pair =
        new Pair(mode)
            .serving(
                request ->
                    switch (request.path()) {
                      case "/async" -> later(Pair.text(201, "later").join());
                      case "/none" ->
                          later(new ServerResponse(204, Headers.EMPTY, Optional.empty()));
                      case "/empty" ->
                          later(new ServerResponse(200, Headers.EMPTY, Optional.empty()));
                      case "/fails" ->
                          CompletableFuture.failedFuture(new IllegalStateException("x"));
                      case "/throws" -> throw new IllegalStateException("x");
                      default -> Pair.text(404, "no");
                    })) {
      ConnectionPool pool = pair.pool();
      record Case(String method, String path, int status, String text) {}
      for (Case one :
          List.of(
              new Case("GET", "/async", 201, "later"),
              new Case("HEAD", "/async", 201, ""),
              new Case("GET", "/none", 204, ""),
              new Case("POST", "/empty", 200, ""),
              new Case("GET", "/fails", 500, ""),
              new Case("GET", "/throws", 500, ""),
              new Case("DELETE", "/other", 404, "no"))) {
        var exchange = new Exchange(one.method, one.path).on(pool, pair.loop);
        assertThat(exchange.outcome()).as(one.toString()).isEqualTo(Closed.COMPLETE);
        assertThat(exchange.status()).as(one.toString()).isEqualTo(one.status);
        assertThat(exchange.text()).as(one.toString()).isEqualTo(one.text);
        if (one.method.equals("HEAD")) {
          assertThat(exchange.headers.get("content-length")).isEqualTo("5");
        }
      }
      assertThat(pair.server.stats().accepted()).isEqualTo(1);
    }
  }

  private static CompletionStage<ServerResponse> later(ServerResponse response) {
    return CompletableFuture.supplyAsync(() -> response);
  }

  @ParameterizedTest
  @MethodSource("modes")
  void anAnswerMayComeBeforeTheRequestHasEnded(Mode mode) {
    try (var pair = new Pair(mode).serving(request -> Pair.text(200, "early"))) {
      ConnectionPool pool = pair.pool();
      var exchange = new Exchange("POST", "/").body(10, -1).holdEnd().on(pool, pair.loop);
      assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(exchange.text()).isEqualTo("early");
      await().until(() -> pair.server.stats().activeRequests() == 0);
      assertThat(Exchange.get("/").on(pool, pair.loop).outcome()).isEqualTo(Closed.COMPLETE);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void theServerDrainsGracefully(Mode mode) {
    var answer = new CompletableFuture<ServerResponse>();
    try (var pair = new Pair(mode).serving(request -> answer)) {
      ConnectionPool pool = pair.pool();
      var under = Exchange.get("/").on(pool, pair.loop);
      await().until(() -> pair.server.stats().activeRequests() == 1);
      CompletableFuture<Void> closed =
          pair.server.close(Duration.ofSeconds(10)).toCompletableFuture();
      answer.complete(Pair.text(200, "done").join());
      assertThat(under.outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(under.text()).isEqualTo("done");
      Exchange.await(closed);
      // The client hears of it a moment later; until then it would take the old connection.
      await().until(() -> pair.transport.openConnections() == 0);
      var after = Exchange.get("/").on(pool, pair.loop);
      assertThat(after.outcome()).isEqualTo(Closed.CONNECT_FAILURE);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aServerThatClosesAtOnceTerminatesWhatIsUnderWay(Mode mode) {
    try (var pair = new Pair(mode).serving(request -> new CompletableFuture<>())) {
      var under = Exchange.get("/").on(pair.pool(), pair.loop);
      await().until(() -> pair.server.stats().activeRequests() == 1);
      pair.server.close();
      assertThat(under.outcome()).isEqualTo(Closed.TERMINATED);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void manyAtOnceFromBothLoops(Mode mode) {
    var total = new AtomicLong();
    try (var pair =
        new Pair(mode)
            .serving(
                request -> {
                  total.incrementAndGet();
                  return Pair.echo(request);
                })) {
      ConnectionPool pool = pair.pool();
      var all = new ArrayList<Exchange>();
      for (int i = 0; i < 200; i++) {
        all.add(
            new Exchange("POST", "/" + i)
                .body(1000, i % 2 == 0 ? 1000 : -1)
                .on(pool, pair.loops.all().get(i % 2)));
      }
      for (Exchange one : all) {
        assertThat(one.outcome()).isEqualTo(Closed.COMPLETE);
        assertThat(one.receivedBytes.get()).isEqualTo(1000);
      }
      assertThat(total).hasValue(200);
    }
  }
}
