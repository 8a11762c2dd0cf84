package io.inmesh.runtime.inbound;

import io.inmesh.config.Address;
import io.inmesh.config.ClientCertHeader;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.SpiffeId;
import io.inmesh.runtime.downstream.DownstreamListener;
import io.inmesh.runtime.net.Loops;
import io.inmesh.runtime.tls.ServerTls;
import io.inmesh.runtime.tls.TlsContexts;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.server.Handler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 and HTTP/2 server for plain Java services: TLS with the process's own certificate,
 * which may change while it runs, and clients known by their SPIFFE identity. Safe for use by many
 * threads.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
public final class MeshServer implements AutoCloseable {
  private static final WriteBufferWaterMark WATER_MARKS =
      new WriteBufferWaterMark(64 * 1024, 128 * 1024);

  /** How long idle HTTP/1.1 connections are left open while draining, for requests on their way. */
  private static final Duration LAST_REQUESTS = Duration.ofMillis(250);

  private final Loops loops;
  private final Counters counters;
  private final Connections connections;
  private final @Nullable TlsContexts contexts;
  private final Channel listening;

  private MeshServer(
      Loops loops,
      Counters counters,
      Connections connections,
      @Nullable TlsContexts contexts,
      Channel listening) {
    this.loops = loops;
    this.counters = counters;
    this.connections = connections;
    this.contexts = contexts;
    this.listening = listening;
  }

  /**
   * What a server has counted.
   *
   * @param connections open now
   * @param activeRequests under way now
   * @param accepted connections ever accepted
   * @param refused connections ever refused, for want of TLS or of a certificate that is accepted
   * @param requests ever begun
   */
  public record Stats(
      long connections, long activeRequests, long accepted, long refused, long requests) {}

  /**
   * A server that is not started yet.
   *
   * @param port 0 for any
   */
  public static Builder builder(Loops loops, int port, Handler handler) {
    return new Builder(loops, port, handler);
  }

  /** The port it listens on. */
  public int port() {
    return address().port();
  }

  /** The address it listens on. */
  public Address address() {
    var bound = (InetSocketAddress) listening.localAddress();
    return new Address(bound.getAddress().getHostAddress(), bound.getPort());
  }

  /** What it has counted. */
  public Stats stats() {
    return new Stats(
        counters.connections.sum(),
        counters.active.sum(),
        counters.accepted.sum(),
        counters.refused.sum(),
        counters.requests.sum());
  }

  /**
   * Stops: no new connections, no new requests on those there are; requests under way may end
   * within {@code grace}, then all is closed. The stage completes when it is.
   */
  public CompletionStage<Void> close(Duration grace) {
    var unbound = new CompletableFuture<Void>();
    listening.close().addListener(done -> unbound.complete(null));
    CompletableFuture<Void> closed = CompletableFuture.allOf(unbound, connections.drain());
    var loop = loops.all().get(0).netty();
    Duration idle = grace.compareTo(LAST_REQUESTS) < 0 ? grace : LAST_REQUESTS;
    var closingIdle = loop.schedule(connections::closeIdle, idle.toNanos(), TimeUnit.NANOSECONDS);
    var closingAll = loop.schedule(connections::closeAll, grace.toNanos(), TimeUnit.NANOSECONDS);
    return closed.whenComplete(
        (done, failure) -> {
          closingIdle.cancel(false);
          closingAll.cancel(false);
          if (contexts != null) {
            contexts.close();
          }
        });
  }

  /** Closes at once, and waits for it, unless called on a loop. */
  @Override
  public void close() {
    CompletionStage<Void> closed = close(Duration.ZERO);
    if (Loops.current() == null) {
      closed.toCompletableFuture().join();
    }
  }

  /** Settings of a server, with defaults for all but its port and handler. */
  public static final class Builder {
    private final Loops loops;
    private final int port;
    private final Handler handler;
    private String host = "0.0.0.0";
    private @Nullable SecretStore secrets;
    private TlsMode mode = TlsMode.STRICT;
    private ClientCertHeader clientCert = ClientCertHeader.SANITIZE;
    private TlsProvider provider = TlsProvider.BEST;
    private InstantSource clock = InstantSource.system();
    private Set<String> trustDomains = Set.of();
    private Set<SpiffeId> identities = Set.of();
    private ConnectionListener listener = ConnectionListener.NONE;
    private @Nullable DownstreamListener downstream;
    private RequestListener requests = RequestListener.NONE;
    private int maxHeadBytes = 60 * 1024;
    private int maxFields = 100;
    private long maxBodyBytes;
    private Duration idleTimeout = Duration.ofHours(1);
    private Duration headTimeout = Duration.ofSeconds(30);
    private Duration stallTimeout = Duration.ofMinutes(5);

    private Builder(Loops loops, int port, Handler handler) {
      this.loops = loops;
      this.port = port;
      this.handler = handler;
    }

    /** The IP address to listen on; all by default. */
    public Builder host(String value) {
      host = value;
      return this;
    }

    /** Our certificate and the authorities that we believe; needed unless plaintext. */
    public Builder secrets(SecretStore value) {
      secrets = value;
      return this;
    }

    /** Who may connect; {@link TlsMode#STRICT} by default. */
    public Builder tls(TlsMode value) {
      mode = value;
      return this;
    }

    /** Who does the cryptography; the best there is by default. */
    public Builder provider(TlsProvider value) {
      provider = value;
      return this;
    }

    /** The clock that certificates are judged by; the system's by default. */
    public Builder clock(InstantSource value) {
      clock = value;
      return this;
    }

    /** Accepts the identities of these trust domains; by default all that are vouched for. */
    public Builder trustDomains(Set<String> value) {
      trustDomains = Set.copyOf(value);
      return this;
    }

    /** Accepts these identities; by default all that are vouched for. */
    public Builder identities(Set<SpiffeId> value) {
      identities = Set.copyOf(value);
      return this;
    }

    /**
     * Who judges connections and requests by config that may change. It decides about TLS as well;
     * secrets are needed.
     */
    public Builder downstream(DownstreamListener value) {
      downstream = value;
      return this;
    }

    /** Who hears of connections. */
    public Builder listener(ConnectionListener value) {
      listener = value;
      return this;
    }

    /** Who hears of requests that have ended. */
    public Builder requests(RequestListener value) {
      requests = value;
      return this;
    }

    /** Limits of a request's head: 60 KiB and 100 fields by default, as in Envoy. */
    public Builder headLimits(int bytes, int fields) {
      maxHeadBytes = bytes;
      maxFields = fields;
      return this;
    }

    /** The largest body of a request; more is answered with 413. No limit by default. */
    public Builder maxBodyBytes(long value) {
      maxBodyBytes = value;
      return this;
    }

    /** What becomes of {@code x-forwarded-client-cert}; it is removed by default. */
    public Builder clientCert(ClientCertHeader value) {
      clientCert = value;
      return this;
    }

    /** When a connection without requests is closed; after an hour by default, zero for never. */
    public Builder idleTimeout(Duration value) {
      idleTimeout = value;
      return this;
    }

    /**
     * How long a client may take to say the head of a request over HTTP/1.1, from its first byte:
     * then the answer is 408. Thirty seconds by default, zero for any time.
     */
    public Builder headTimeout(Duration value) {
      headTimeout = value;
      return this;
    }

    /**
     * How long a client may take nothing of an answer before it breaks off. Five minutes by
     * default, as Envoy's stream_idle_timeout; zero for any time.
     */
    public Builder stallTimeout(Duration value) {
      stallTimeout = value;
      return this;
    }

    /**
     * Starts to listen; blocks until the port is bound.
     *
     * @throws UncheckedIOException if the port cannot be bound
     * @throws IllegalStateException if TLS is wanted and there are no secrets
     */
    public MeshServer start() {
      var counters = new Counters();
      TlsContexts contexts = null;
      ServerTls tls = null;
      if (mode != TlsMode.PLAINTEXT || downstream != null) {
        if (secrets == null) {
          throw new IllegalStateException("a server with TLS needs secrets");
        }
        contexts = new TlsContexts(provider, secrets, clock);
        tls = new ServerTls(contexts, trustDomains, identities);
      }
      var settings =
          new ServerSettings(
              handler,
              mode,
              tls,
              listener,
              requests,
              maxHeadBytes,
              maxFields,
              maxBodyBytes,
              new ServerSettings.Times(idleTimeout, headTimeout, stallTimeout),
              clientCert,
              counters,
              downstream == null || contexts == null
                  ? null
                  : new ServerSettings.Guard(downstream, contexts));
      var connections = new Connections(counters);
      ChannelFuture bound = bind(settings, connections).awaitUninterruptibly();
      if (!bound.isSuccess()) {
        throw new UncheckedIOException(
            new IOException("cannot listen on " + new Address(host, port), bound.cause()));
      }
      return new MeshServer(loops, counters, connections, contexts, bound.channel());
    }

    private ChannelFuture bind(ServerSettings settings, Connections connections) {
      return new ServerBootstrap()
          .group(loops.group())
          .channel(loops.serverChannel())
          .option(ChannelOption.SO_BACKLOG, 1024)
          .option(ChannelOption.SO_REUSEADDR, true)
          .childOption(ChannelOption.ALLOCATOR, Loops.allocator())
          .childOption(ChannelOption.TCP_NODELAY, true)
          .childOption(ChannelOption.ALLOW_HALF_CLOSURE, false)
          .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
          .childHandler(
              new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                  connections.accepted(channel);
                  channel
                      .pipeline()
                      .addLast(
                          new LingeringClose(),
                          new Acceptor(
                              settings, connections, channel, loops.of(channel.eventLoop())));
                }
              })
          .bind(host, port);
    }
  }
}
