package io.inmesh.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.config.Address;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.TransportSocket;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.testkit.pki.TestSecrets;
import io.inmesh.transport.ConnectionLimits;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Stream.Closed;
import io.inmesh.transport.Transport.PoolSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Http1TransportTest {
  private final Loops loops = new Loops(new Loops.Settings(2, "test", 1, System::nanoTime, true));
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

  private ConnectionPool pool(Address address) {
    return pool(address, ProtocolOptions.HTTP_1, ConnectionLimits.NONE);
  }

  private ConnectionPool pool(Address address, ProtocolOptions options, ConnectionLimits limits) {
    return transport.pool(
        new PoolSettings(
            address, "", new TransportSocket.RawBuffer(), options, Duration.ofSeconds(5), limits));
  }

  private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

  private static RawServer.Script always(String answer) {
    return peer -> {
      while (!peer.head().isEmpty()) {
        peer.say(answer);
      }
    };
  }

  @Test
  void reusesAConnection() throws IOException {
    var heads = new ArrayList<String>();
    try (var server =
        new RawServer(
            peer -> {
              for (String head = peer.head(); !head.isEmpty(); head = peer.head()) {
                heads.add(head);
                peer.say("HTTP/1.1 200 OK\r\nX-Answer: 1\r\nContent-Length: 2\r\n\r\nok");
              }
            })) {
      ConnectionPool pool = pool(server.address());
      for (int i = 0; i < 5; i++) {
        var exchange =
            Exchange.get("/a?b").headers("x-q", "v", "connection", "close").on(pool, loop);
        assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.headers.get("x-answer")).isEqualTo("1");
        assertThat(exchange.text()).isEqualTo("ok");
      }
      assertThat(server.accepted).hasValue(1);
      assertThat(heads).hasSize(5);
      assertThat(heads.get(0))
          .isEqualTo("GET /a?b HTTP/1.1\r\nhost: svc.example\r\nx-q: v\r\n\r\n");
    }
  }

  @Test
  void readsBodiesOfEveryFraming() throws IOException {
    record Case(String method, String answer, String body, String trailer, boolean reusable) {}
    List<Case> cases =
        List.of(
            new Case("GET", OK, "ok", "", true),
            new Case("GET", "HTTP/1.1 204 No Content\r\n\r\n", "", "", true),
            new Case("GET", "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n", "", "", true),
            new Case("HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", "", "", true),
            new Case("HEAD", "HTTP/1.1 200\r\ntransfer-encoding: chunked\r\n\r\n", "", "", true),
            new Case("GET", "HTTP/1.1 103 Early\r\nlink: x\r\n\r\n" + OK, "ok", "", true),
            new Case(
                "GET",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-T: end\r\n\r\n",
                "abcde",
                "end",
                true),
            new Case(
                "GET",
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx",
                "x",
                "",
                false),
            new Case("GET", "HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx", "x", "", false),
            new Case("GET", "HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end", "", false));
    for (Case one : cases) {
      for (int piece : new int[] {1, 7, 1000}) {
        try (var server =
            new RawServer(
                peer -> {
                  peer.head();
                  for (int at = 0; at < one.answer.length(); at += piece) {
                    peer.say(one.answer.substring(at, Math.min(one.answer.length(), at + piece)));
                  }
                  if (one.reusable) {
                    peer.head();
                    peer.say(OK);
                  }
                })) {
          ConnectionPool pool = pool(server.address());
          var exchange = new Exchange(one.method, "/").on(pool, loop);
          assertThat(exchange.outcome()).as(one.answer).isEqualTo(Closed.COMPLETE);
          assertThat(exchange.text()).as(one.answer).isEqualTo(one.body);
          if (!one.trailer.isEmpty()) {
            assertThat(exchange.trailers.get("x-t")).isEqualTo(one.trailer);
          }
          if (one.reusable) {
            assertThat(Exchange.get("/").on(pool, loop).outcome()).isEqualTo(Closed.COMPLETE);
          }
          assertThat(server.accepted).hasValue(1);
        }
      }
    }
  }

  @Test
  void refusesBrokenResponses() throws IOException {
    for (String answer :
        List.of(
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\nx",
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nx : 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\na: 1\r\n folded\r\n\r\n",
            "HTTP/1.1 101 Switching\r\n\r\n",
            "HTTP/2.0 200 OK\r\n\r\n",
            "ICY 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nxy\r\n")) {
      try (var server =
          new RawServer(
              peer -> {
                peer.head();
                peer.say(answer);
                peer.untilClosed();
              })) {
        var exchange = Exchange.get("/").on(pool(server.address()), loop);
        assertThat(exchange.outcome()).as(answer).isEqualTo(Closed.PROTOCOL_ERROR);
        assertThat(exchange.reason).startsWith(server.address() + ": ");
      }
    }
  }

  @Test
  void sendsBodiesWithLengthInChunksAndWithTrailers() throws IOException {
    var seen = new ArrayList<String>();
    try (var server =
        new RawServer(
            peer -> {
              for (String head = peer.head(); !head.isEmpty(); head = peer.head()) {
                String body =
                    head.contains("chunked")
                        ? peer.head()
                        : new String(peer.in.readNBytes(3), StandardCharsets.US_ASCII);
                seen.add(head + "|" + body);
                peer.say(OK);
              }
            })) {
      ConnectionPool pool = pool(server.address());
      assertThat(new Exchange("PUT", "/").body(3, 3).on(pool, loop).outcome())
          .isEqualTo(Closed.COMPLETE);
      assertThat(
              new Exchange("PUT", "/")
                  .body(3, -1)
                  .chunks(2)
                  .trailers("x-sum", "1")
                  .on(pool, loop)
                  .outcome())
          .isEqualTo(Closed.COMPLETE);
      assertThat(server.accepted).hasValue(1);
    }
    assertThat(seen.get(0)).endsWith("content-length: 3\r\n\r\n|\0\0\0");
    assertThat(seen.get(1))
        .endsWith(
            "transfer-encoding: chunked\r\n\r\n|"
                + "2\r\n\0\0\r\n1\r\n\0\r\n0\r\nx-sum: 1\r\n\r\n");
  }

  @Test
  void aSlowReaderStopsThePeer() throws IOException {
    long total = 64L << 20;
    var written = new AtomicLong();
    try (var server =
        new RawServer(
            peer -> {
              peer.head();
              peer.say("HTTP/1.1 200 OK\r\n\r\n");
              var block = new byte[64 * 1024];
              for (long at = 0; at < total; at += block.length) {
                peer.out.write(block);
                written.addAndGet(block.length);
              }
            })) {
      var exchange = Exchange.get("/").count().demand(0).on(pool(server.address()), loop);
      assertThat(exchange.status()).isEqualTo(200);
      exchange.more(3);
      await().until(() -> exchange.receivedBytes.get() > 0);
      // What kernel buffers take is not ours; it is far below the whole.
      await().during(Duration.ofMillis(300)).until(() -> written.get() < 32L << 20);
      assertThat(exchange.receivedBytes.get()).isLessThan(3 * 70_000L);
      exchange.more(Integer.MAX_VALUE);
      assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(exchange.receivedBytes.get()).isEqualTo(total);
      assertThat(exchange.callbacksAfterClose.get()).isZero();
    }
  }

  @Test
  void aSlowPeerStopsTheWriter() throws IOException {
    long total = 64L << 20;
    var go = new CountDownLatch(1);
    try (var server =
        new RawServer(
            peer -> {
              peer.head();
              try {
                go.await();
              } catch (InterruptedException e) {
                return;
              }
              long left = total;
              var block = new byte[64 * 1024];
              while (left > 0) {
                left -= peer.in.read(block);
              }
              peer.say(OK);
            })) {
      var exchange = new Exchange("POST", "/").body(total, total).on(pool(server.address()), loop);
      await().until(() -> exchange.sentBytes.get() > 0);
      await().during(Duration.ofMillis(300)).until(() -> exchange.sentBytes.get() < 32L << 20);
      go.countDown();
      assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(exchange.sentBytes.get()).isEqualTo(total);
    }
  }

  @Test
  void aResponseMayComeBeforeTheRequestHasEnded() throws IOException {
    try (var server =
        new RawServer(
            peer -> {
              peer.head();
              peer.say(OK);
              peer.untilClosed();
            })) {
      ConnectionPool pool = pool(server.address());
      var exchange = new Exchange("POST", "/").body(5, 10).holdEnd().on(pool, loop);
      assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
      exchange.end();
      await().until(() -> transport.openConnections() == 0);
      assertThat(exchange.text()).isEqualTo("ok");
    }
  }

  @Test
  void resetClosesTheConnectionAndSaysNothingMore() throws IOException {
    var closed = new CountDownLatch(1);
    try (var server =
        new RawServer(
            peer -> {
              peer.head();
              peer.say("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
              peer.untilClosed();
              closed.countDown();
            })) {
      var exchange = Exchange.get("/").on(pool(server.address()), loop);
      assertThat(exchange.status()).isEqualTo(200);
      exchange.reset();
      exchange.reset();
      await().until(() -> closed.getCount() == 0);
      assertThat(exchange.closed).isNotDone();
      await().until(() -> transport.openConnections() == 0 && transport.activeStreams() == 0);
    }
  }

  @Test
  void aConnectionThatEndsInTheMiddleTerminates() throws IOException {
    for (String answer :
        List.of("", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", "HTTP/1.1 200")) {
      try (var server =
          new RawServer(
              peer -> {
                peer.head();
                peer.say(answer);
              })) {
        var exchange = Exchange.get("/").on(pool(server.address()), loop);
        assertThat(exchange.outcome()).isEqualTo(Closed.TERMINATED);
        assertThat(exchange.reason).contains(server.address().toString());
      }
    }
  }

  @Test
  void aStaleConnectionIsNotUsed() throws IOException {
    try (var server =
        new RawServer(
            peer -> {
              peer.head();
              peer.say(OK);
            })) {
      ConnectionPool pool = pool(server.address());
      for (int i = 0; i < 3; i++) {
        assertThat(Exchange.get("/").on(pool, loop).outcome()).isEqualTo(Closed.COMPLETE);
        await().until(() -> transport.openConnections() == 0);
      }
      assertThat(server.accepted).hasValue(3);
    }
  }

  @Test
  void refusedConnectionsAndAddressesThatAreNone() throws IOException {
    int port;
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
    }
    var exchange = Exchange.get("/").on(pool(new Address("127.0.0.1", port)), loop);
    assertThat(exchange.outcome()).isEqualTo(Closed.CONNECT_FAILURE);
    assertThat(exchange.reason).isEqualTo("delayed connect error: Connection refused");
    var named = Exchange.get("/").on(pool(new Address("some.name", 80)), loop);
    assertThat(named.outcome()).isEqualTo(Closed.CONNECT_FAILURE);
    assertThat(named.reason).contains("some.name:80").contains("not an IP address");
  }

  @Test
  void connectTimeout() throws IOException {
    // A full backlog swallows connection requests.
    try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var address = new Address("127.0.0.1", full.getLocalPort());
      ConnectionPool pool =
          transport.pool(
              new PoolSettings(
                  address,
                  "",
                  new TransportSocket.RawBuffer(),
                  ProtocolOptions.HTTP_1,
                  Duration.ofMillis(200),
                  ConnectionLimits.NONE));
      var all = new ArrayList<Exchange>();
      for (int i = 0; i < 6; i++) {
        all.add(Exchange.get("/").on(pool, loop));
      }
      assertThat(all.get(5).outcome()).isEqualTo(Closed.CONNECT_TIMEOUT);
      assertThat(all.get(5).reason).contains(address.toString()).contains("200 ms");
      all.forEach(
          one -> {
            if (!one.closed.isDone()) {
              one.reset();
            }
          });
    }
  }

  /** Counts, with limits. */
  static final class Limits implements ConnectionLimits {
    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger waiting = new AtomicInteger();
    final int maxConnections;
    final int maxWaiting;

    Limits(int maxConnections, int maxWaiting) {
      this.maxConnections = maxConnections;
      this.maxWaiting = maxWaiting;
    }

    @Override
    public boolean tryConnect() {
      return connections.getAndUpdate(n -> n < maxConnections ? n + 1 : n) < maxConnections;
    }

    @Override
    public void forceConnect() {
      connections.incrementAndGet();
    }

    @Override
    public void disconnected() {
      connections.decrementAndGet();
    }

    @Override
    public boolean tryWait() {
      return waiting.getAndUpdate(n -> n < maxWaiting ? n + 1 : n) < maxWaiting;
    }

    @Override
    public void waited() {
      waiting.decrementAndGet();
    }
  }

  @Test
  void limitsAreHonouredAndGivenBack() throws IOException {
    var limits = new Limits(2, 3);
    try (var server = new RawServer(always(OK))) {
      ConnectionPool pool = pool(server.address(), ProtocolOptions.HTTP_1, limits);
      var all = new ArrayList<Exchange>();
      var ready = new CountDownLatch(1);
      loop.execute(
          () -> {
            for (int i = 0; i < 12; i++) {
              var exchange = Exchange.get("/" + i);
              exchange.loop = loop;
              exchange.cancel = pool.open(loop, exchange);
              all.add(exchange);
            }
            ready.countDown();
          });
      Exchange.await(
          java.util.concurrent.CompletableFuture.runAsync(
              () -> {
                try {
                  ready.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }));
      assertThat(all.stream().map(Exchange::outcome).filter(Closed.COMPLETE::equals)).hasSize(3);
      assertThat(all.stream().map(Exchange::outcome).filter(Closed.OVERFLOW::equals)).hasSize(9);
      assertThat(server.accepted).hasValue(2);
      assertThat(limits.waiting).hasValue(0);
      transport.close();
      await().untilAtomic(limits.connections, org.hamcrest.Matchers.is(0));
    }
  }

  @Test
  void eachPoolMayOpenOneConnectionRegardless() throws IOException {
    var limits = new Limits(0, 10);
    try (var server = new RawServer(always(OK))) {
      ConnectionPool pool = pool(server.address(), ProtocolOptions.HTTP_1, limits);
      for (int i = 0; i < 3; i++) {
        assertThat(Exchange.get("/").on(pool, loop).outcome()).isEqualTo(Closed.COMPLETE);
      }
      assertThat(server.accepted).hasValue(1);
    }
  }

  @Test
  void aWaitingRequestCanBeWithdrawn() throws IOException {
    var limits = new Limits(1, 10);
    var go = new CountDownLatch(1);
    try (var server =
        new RawServer(
            peer -> {
              while (!peer.head().isEmpty()) {
                try {
                  go.await();
                } catch (InterruptedException e) {
                  return;
                }
                peer.say(OK);
              }
            })) {
      ConnectionPool pool = pool(server.address(), ProtocolOptions.HTTP_1, limits);
      var first = Exchange.get("/1").on(pool, loop);
      Exchange.await(first.opened);
      var second = Exchange.get("/2").on(pool, loop);
      var third = Exchange.get("/3").on(pool, loop);
      loop.execute(() -> second.cancel.cancel());
      await().untilAtomic(limits.waiting, org.hamcrest.Matchers.is(1));
      go.countDown();
      assertThat(first.outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(third.outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(second.opened).isNotDone();
      assertThat(second.closed).isNotDone();
    }
  }

  @Test
  void idleAndOldAndMuchUsedConnectionsRetire() throws IOException {
    ProtocolOptions base = ProtocolOptions.HTTP_1;
    var idle =
        new ProtocolOptions(
            base.http(),
            base.http2(),
            base.sni(),
            Duration.ofMillis(50),
            Duration.ZERO,
            0,
            Optional.empty());
    var old =
        new ProtocolOptions(
            base.http(),
            base.http2(),
            base.sni(),
            Duration.ZERO,
            Duration.ofMillis(50),
            0,
            Optional.empty());
    var used =
        new ProtocolOptions(
            base.http(),
            base.http2(),
            base.sni(),
            Duration.ZERO,
            Duration.ZERO,
            1,
            Optional.empty());
    for (ProtocolOptions options : List.of(idle, old, used)) {
      try (var server = new RawServer(always(OK))) {
        ConnectionPool pool = pool(server.address(), options, ConnectionLimits.NONE);
        assertThat(Exchange.get("/").on(pool, loop).outcome()).isEqualTo(Closed.COMPLETE);
        await().until(() -> transport.openConnections() == 0);
        assertThat(Exchange.get("/").on(pool, loop).outcome()).isEqualTo(Closed.COMPLETE);
        assertThat(server.accepted).hasValue(2);
      }
    }
  }

  @Test
  void drainLetsExchangesEnd() throws IOException {
    var go = new CountDownLatch(1);
    try (var server =
        new RawServer(
            peer -> {
              peer.head();
              try {
                go.await();
              } catch (InterruptedException e) {
                return;
              }
              peer.say(OK);
              peer.untilClosed();
            })) {
      ConnectionPool pool = pool(server.address());
      var under = Exchange.get("/").on(pool, loop);
      Exchange.await(under.opened);
      pool.drain();
      assertThat(Exchange.get("/").on(pool, loop).outcome()).isEqualTo(Closed.REFUSED);
      go.countDown();
      assertThat(under.outcome()).isEqualTo(Closed.COMPLETE);
      await().until(() -> transport.openConnections() == 0);
    }
  }

  @Test
  void noValueCanEndAMessage() throws IOException {
    var heads = new ArrayList<String>();
    try (var server =
        new RawServer(
            peer -> {
              heads.add(peer.head());
              peer.say(OK);
            })) {
      var exchange =
          Exchange.get("/").headers("x", "a\r\nevil: 1").on(pool(server.address()), loop);
      assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
    }
    assertThat(heads.get(0)).contains("x: a  evil: 1\r\n");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 100_000})
  void nothingOfARequestReachesADeadConnection(long body) throws IOException {
    var go = new CountDownLatch(1);
    var dead = new CountDownLatch(1);
    try (var server =
        new RawServer(
            peer -> {
              peer.head();
              peer.say(OK);
              Pair.waitFor(go);
              peer.reset(dead);
            })) {
      ConnectionPool pool = pool(server.address());
      assertThat(Exchange.get("/").on(pool, loop).outcome()).isEqualTo(Closed.COMPLETE);
      var exchange = new Exchange("POST", "/").body(body, body).after(go, dead, pool, loop);
      Closed outcome = exchange.outcome();
      assertThat(outcome).as(exchange.reason).isEqualTo(Closed.REFUSED);
    }
  }

  /** A request of two bytes that asks before it sends them. */
  private Exchange asking(RawServer server) {
    return new Exchange("POST", "/")
        .headers("expect", "100-continue")
        .body(2, 2)
        .on(pool(server.address()), loop);
  }

  @Test
  void theBodyWaitsForTheWordToGoOn() throws IOException {
    var early = new AtomicInteger();
    try (var server =
        new RawServer(
            peer -> {
              peer.head();
              peer.say("HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n");
              early.set(peer.in.available());
              peer.say("HTTP/1.1 100 Continue\r\n\r\n");
              peer.in.readNBytes(2);
              peer.say(OK);
              peer.untilClosed();
            })) {
      var exchange = asking(server);
      assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(exchange.status()).isEqualTo(200);
      assertThat(early).hasValue(0);
      assertThat(transport.openConnections()).isEqualTo(1);
    }
  }

  @Test
  void aRefusalKeepsTheBodyBack() throws IOException {
    var body = new CompletableFuture<Integer>();
    try (var server =
        new RawServer(
            peer -> {
              peer.head();
              peer.say("HTTP/1.1 417 Expectation Failed\r\ncontent-length: 0\r\n\r\n");
              body.complete(peer.in.read());
            })) {
      var exchange = asking(server);
      assertThat(exchange.outcome()).isEqualTo(Closed.COMPLETE);
      assertThat(exchange.status()).isEqualTo(417);
      assertThat(Exchange.await(body)).isEqualTo(-1);
      assertThat(exchange.sentBytes).hasValue(0);
    }
  }

  @Test
  void aPeerThatSaysNoWordGetsTheBodyAfterASecond() throws IOException {
    try (var server =
        new RawServer(
            peer -> {
              peer.head();
              peer.in.readNBytes(2);
              peer.say(OK);
              peer.untilClosed();
            })) {
      assertThat(asking(server).outcome()).isEqualTo(Closed.COMPLETE);
    }
  }
}
