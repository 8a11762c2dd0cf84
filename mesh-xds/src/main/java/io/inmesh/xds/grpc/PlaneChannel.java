package io.inmesh.xds.grpc;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContextBuilder;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server of the infrastructure. Made anew for each stream, so that each
 * handshake takes the certificate of its time, and no back-off but our own delays it. Callbacks of
 * its calls come on its network thread.
 */
public final class PlaneChannel implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final int MAX_MESSAGE = 256 << 20;

  private final ManagedChannel channel;
  private final @Nullable Supplier<String> token;

  private PlaneChannel(ManagedChannel channel, @Nullable Supplier<String> token) {
    this.channel = channel;
    this.token = token;
  }

  /**
   * Times of a connection.
   *
   * @param connect how long a connection may take to be made
   * @param keepAlive how long the server may be silent before it is asked for a sign of life
   */
  public record Times(Duration connect, Duration keepAlive) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
  }

  /**
   * Prepares a connection; it is made with the first call.
   *
   * @throws SSLException if the certificates cannot be used
   */
  public static PlaneChannel to(
      PlaneServer server, SecretStore secrets, InstantSource clock, Times times)
      throws SSLException {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(server.host(), server.port())
            .directExecutor()
            .maxInboundMessageSize(MAX_MESSAGE)
            .withOption(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) Math.min(times.connect().toMillis(), Integer.MAX_VALUE))
            .keepAliveTime(times.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(Times.PATIENCE.toNanos(), TimeUnit.NANOSECONDS)
            .disableRetry();
    server.authority().ifPresent(builder::overrideAuthority);
    Credentials credentials = credentials(server.security(), secrets, clock);
    if (credentials == null) {
      builder.usePlaintext();
    } else {
      secure(builder, credentials);
    }
    return new PlaneChannel(builder.build(), credentials == null ? null : credentials.token());
  }

  private static @Nullable Credentials credentials(
      PlaneServer.Security security, SecretStore secrets, InstantSource clock) throws SSLException {
    if (security instanceof PlaneServer.Tls tls) {
      return Credentials.of(tls, secrets, clock);
    }
    return security instanceof PlaneServer.TlsFiles files ? Credentials.of(files, clock) : null;
  }

  private static void secure(NettyChannelBuilder builder, Credentials credentials)
      throws SSLException {
    SslContextBuilder context = GrpcSslContexts.forClient();
    if (!credentials.roots().isEmpty()) {
      context.trustManager(credentials.roots());
    }
    KeyMaterial own = credentials.own();
    if (own != null) {
      try {
        context.keyManager(own.key(), own.chain().toArray(X509Certificate[]::new));
      } catch (IllegalArgumentException unfit) {
        throw new SSLException("our certificate cannot be used: " + unfit.getMessage(), unfit);
      }
    }
    builder.sslContext(context.build());
  }

  /** Where calls are made. */
  public ManagedChannel calls() {
    return channel;
  }

  /** The headers that a call begins with. */
  public Metadata headers() {
    var headers = new Metadata();
    if (token != null) {
      headers.put(AUTHORIZATION, "Bearer " + token.get());
    }
    return headers;
  }

  /** What went wrong, for people. */
  public static String reason(Status status) {
    var reason = new StringBuilder(status.getCode().name());
    if (status.getDescription() != null) {
      reason.append(": ").append(status.getDescription());
    }
    Throwable cause = root(status.getCause());
    if (cause != null && cause.getMessage() != null) {
      String message = cause.getMessage();
      if (reason.indexOf(message) < 0) {
        reason.append(" (").append(message).append(')');
      }
    }
    return reason.toString();
  }

  private static @Nullable Throwable root(@Nullable Throwable cause) {
    Throwable at = cause;
    while (at != null && at.getCause() != null && at.getCause() != at) {
      at = at.getCause();
    }
    return at;
  }

  /** Lets calls end by themselves, then closes. */
  public void finish() {
    channel.shutdown();
  }

  /** Ends all calls and closes. */
  @Override
  public void close() {
    channel.shutdownNow();
  }
}
