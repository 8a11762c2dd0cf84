package io.inmesh.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.config.Address;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.ProtocolOptions.Http;
import io.inmesh.config.TransportSocket;
import io.inmesh.runtime.net.Pair.Mode;
import io.inmesh.runtime.net.RawServer.Peer;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Transport.PoolSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A call that is given up at any time leaves neither a stream, nor a place in a queue, nor bytes.
 */
class CancelAnywhereTest {
  static Stream<Mode> modes() {
    return Stream.of(
        new Mode(Http.HTTP_1, false, TlsProvider.BEST),
        new Mode(Http.HTTP_1, true, TlsProvider.BORINGSSL),
        new Mode(Http.HTTP_1, true, TlsProvider.JDK),
        new Mode(Http.HTTP_2, false, TlsProvider.BEST),
        new Mode(Http.HTTP_2, true, TlsProvider.BORINGSSL),
        new Mode(Http.HTTP_2, true, TlsProvider.JDK));
  }

  private static Pair pair(Mode mode) {
    return new Pair(mode).serving(Pair::echo);
  }

  private static ConnectionPool pool(Pair pair, Address to, Http1TransportTest.Limits limits) {
    return pair.transport.pool(
        new PoolSettings(
            to,
            "",
            pair.mode.tls() ? pair.tls("svc") : new TransportSocket.RawBuffer(),
            ProtocolOptions.of(pair.mode.http()),
            Duration.ofSeconds(20),
            limits));
  }

  /** Gives up, and sees that nothing is left that a later call could not use. */
  private static void giveUp(
      Pair pair, ConnectionPool pool, Http1TransportTest.Limits limits, List<Exchange> all) {
    pair.loop.execute(() -> all.forEach(one -> one.cancel.cancel()));
    await().untilAsserted(() -> assertThat(limits.waiting).hasValue(0));
    assertThat(pair.transport.activeStreams()).isZero();
    pool.drain();
    await().untilAsserted(() -> assertThat(pair.transport.openConnections()).isZero());
    assertThat(limits.connections).hasValue(0);
    assertThat(all).allMatch(one -> !one.closed.isDone() && !one.opened.isDone());
  }

  private static List<Exchange> three(Pair pair, ConnectionPool pool) {
    var all = new ArrayList<Exchange>();
    for (int i = 0; i < 3; i++) {
      all.add(Exchange.get("/" + i).on(pool, pair.loop));
    }
    await().until(() -> pair.transport.openConnections() > 0);
    return all;
  }

  @ParameterizedTest
  @MethodSource("modes")
  void whileItConnects(Mode mode) throws IOException {
    // A full backlog swallows connection requests.
    try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var first = new Socket(full.getInetAddress(), full.getLocalPort());
        var second = new Socket(full.getInetAddress(), full.getLocalPort());
        var pair = pair(mode)) {
      assertThat(first.isConnected() && second.isConnected()).isTrue();
      var limits = new Http1TransportTest.Limits(10, 10);
      ConnectionPool pool = pool(pair, new Address("127.0.0.1", full.getLocalPort()), limits);
      giveUp(pair, pool, limits, three(pair, pool));
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void whileThePeerSaysNothing(Mode mode) throws IOException {
    if (mode.http() == Http.HTTP_1 && !mode.tls()) {
      // There is nothing that it would have to say.
      return;
    }
    try (var silent = new RawServer(Peer::untilClosed);
        var pair = pair(mode)) {
      var limits = new Http1TransportTest.Limits(10, 10);
      ConnectionPool pool = pool(pair, silent.address(), limits);
      List<Exchange> all = three(pair, pool);
      await().untilAsserted(() -> assertThat(silent.accepted).hasPositiveValue());
      giveUp(pair, pool, limits, all);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void whileTheRequestIsHalfSent(Mode mode) {
    try (var pair = pair(mode)) {
      var limits = new Http1TransportTest.Limits(10, 10);
      ConnectionPool pool = pool(pair, pair.address(), limits);
      var exchange =
          new Exchange("POST", "/").body(64 << 20, 64 << 20).demand(0).on(pool, pair.loop);
      await().until(() -> exchange.sentBytes.get() > 0);
      exchange.reset();
      await().untilAsserted(() -> assertThat(pair.transport.activeStreams()).isZero());
      await().untilAsserted(() -> assertThat(pair.server.stats().activeRequests()).isZero());
      assertThat(exchange.closed).isNotDone();
      assertThat(Exchange.get("/").on(pool, pair.loop).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void whileTheResponseWaitsForTheReader(Mode mode) {
    try (var pair = pair(mode)) {
      var limits = new Http1TransportTest.Limits(10, 10);
      ConnectionPool pool = pool(pair, pair.address(), limits);
      var exchange = new Exchange("POST", "/").body(64 << 20, -1).demand(2).on(pool, pair.loop);
      assertThat(exchange.status()).isEqualTo(200);
      await().until(() -> exchange.receivedBytes.get() > 0);
      exchange.reset();
      await().untilAsserted(() -> assertThat(pair.transport.activeStreams()).isZero());
      await().untilAsserted(() -> assertThat(pair.server.stats().activeRequests()).isZero());
      assertThat(exchange.closed).isNotDone();
      assertThat(Exchange.get("/").on(pool, pair.loop).status()).isEqualTo(200);
    }
  }
}
