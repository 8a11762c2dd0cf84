package io.inmesh.runtime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.config.Address;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.CommonTls;
import io.inmesh.config.TransportSocket.Local;
import io.inmesh.config.TransportSocket.SanMatcher;
import io.inmesh.config.TransportSocket.SanType;
import io.inmesh.config.TransportSocket.UpstreamTls;
import io.inmesh.config.TransportSocket.Validation;
import io.inmesh.config.TransportSocket.Version;
import io.inmesh.identity.SecretStore;
import io.inmesh.runtime.inbound.ConnectionListener;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.inbound.TlsMode;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.server.Handler;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.inmesh.testkit.pki.TestPki;
import io.inmesh.testkit.pki.TestSecrets;
import io.inmesh.transport.ConnectionLimits;
import io.inmesh.transport.ConnectionPool;
import io.inmesh.transport.Transport.PoolSettings;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A transport and a server that meet over loopback. */
final class Pair implements AutoCloseable {
  final TestPki pki = new TestPki("cluster.local");
  final TestSecrets client = new TestSecrets(pki.service("client"), pki.trust());
  final TestSecrets service = new TestSecrets(pki.service("svc"), pki.trust());
  final Loops loops;
  final NettyLoop loop;
  final List<String> refused = new CopyOnWriteArrayList<>();
  final List<X509Certificate> peers = new CopyOnWriteArrayList<>();
  final Mode mode;
  NettyTransport transport;
  MeshServer server;

  /** What both speak. */
  record Mode(ProtocolOptions.Http http, boolean tls, TlsProvider provider, SocketIo io) {
    Mode(ProtocolOptions.Http http, boolean tls, TlsProvider provider) {
      this(http, tls, provider, SocketIo.BEST);
    }

    @Override
    public String toString() {
      return http + (tls ? " over TLS by " + provider : "") + " on " + io;
    }
  }

  Pair(Mode mode) {
    this.mode = mode;
    this.loops = new Loops(new Loops.Settings(2, "pair", 1, System::nanoTime, mode.io()));
    this.loop = loops.all().get(0);
  }

  Pair serving(Handler handler) {
    return serving(builder(handler));
  }

  MeshServer.Builder builder(Handler handler) {
    return MeshServer.builder(loops, 0, handler)
        .host("127.0.0.1")
        .secrets(service)
        .tls(mode.tls() ? TlsMode.STRICT : TlsMode.PLAINTEXT)
        .provider(mode.provider())
        .listener(
            new ConnectionListener() {
              @Override
              public void onSecured(Address remote, X509Certificate peer) {
                peers.add(peer);
              }

              @Override
              public void onRefused(Address remote, String reason) {
                refused.add(remote + ": " + reason);
              }
            });
  }

  Pair serving(MeshServer.Builder builder) {
    server = builder.start();
    transport = new NettyTransport(loops, client, InstantSource.system(), mode.provider());
    return this;
  }

  Address address() {
    return new Address("127.0.0.1", server.port());
  }

  ConnectionPool pool() {
    return pool(ProtocolOptions.of(mode.http()), ConnectionLimits.NONE);
  }

  ConnectionPool pool(ProtocolOptions options, ConnectionLimits limits) {
    return pool(
        address(), options, limits, mode.tls() ? tls("svc") : new TransportSocket.RawBuffer());
  }

  ConnectionPool pool(
      Address to, ProtocolOptions options, ConnectionLimits limits, TransportSocket socket) {
    // Longer than any machine needs for the handshakes of hundreds at once.
    return transport.pool(new PoolSettings(to, "", socket, options, Duration.ofMinutes(1), limits));
  }

  /** Mutual TLS towards a service of the trust domain. */
  UpstreamTls tls(String service) {
    var exact = new StringMatcher.Exact(pki.uri(service), false);
    var validation =
        new Validation(
            Optional.of(new Local(SecretStore.OWN_ROOTS)),
            List.of(new SanMatcher(SanType.URI, exact)),
            List.of(),
            List.of(),
            false,
            false);
    return new UpstreamTls(
        new CommonTls(
            Optional.of(new Local(SecretStore.OWN_CERTIFICATE)),
            Optional.of(validation),
            List.of(),
            Version.AUTO,
            Version.AUTO),
        "",
        false,
        false);
  }

  static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Answers with the request's own body and trailers, at the pace of the reader. */
  static CompletableFuture<ServerResponse> echo(ServerRequest request) {
    return CompletableFuture.completedFuture(
        new ServerResponse(
            200,
            Headers.of("x-path", request.path(), "x-method", request.method()),
            Optional.of(new Echo(request.body()))));
  }

  /** A body of text. */
  static CompletableFuture<ServerResponse> text(int status, String text) {
    return CompletableFuture.completedFuture(
        new ServerResponse(status, Headers.EMPTY, Optional.of(new Text(text))));
  }

  private record Text(String text) implements Body {
    @Override
    public long length() {
      return text.length();
    }

    @Override
    public void open(Sink sink) {
      sink.onData(ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)));
      sink.onEnd(Headers.EMPTY);
    }

    @Override
    public void demand(int chunks) {}

    @Override
    public void cancel() {}
  }

  private record Echo(Body source) implements Body {
    @Override
    public void open(Sink sink) {
      source.open(
          new Sink() {
            @Override
            public void onData(ByteBuffer chunk) {
              sink.onData(ByteBuffer.allocate(chunk.remaining()).put(chunk).flip());
            }

            @Override
            public void onEnd(Headers trailers) {
              sink.onEnd(trailers);
            }

            @Override
            public void onFailure(Throwable cause) {
              sink.onFailure(cause);
            }
          });
    }

    @Override
    public void demand(int chunks) {
      source.demand(chunks);
    }

    @Override
    public void cancel() {
      source.cancel();
    }
  }

  /** Nothing is left over: no connections, no exchanges. */
  @Override
  public void close() {
    transport.close();
    await().untilAsserted(() -> assertThat(transport.openConnections()).isZero());
    assertThat(transport.activeStreams()).isZero();
    server.close();
    assertThat(server.stats().connections()).isZero();
    assertThat(server.stats().activeRequests()).isZero();
    await().untilAsserted(() -> assertThat(Loops.directMemoryInUse()).isZero());
    loops.close();
  }
}
