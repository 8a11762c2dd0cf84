package io.inmesh.config;

import java.time.Duration;
import java.util.Optional;

/**
 * Which HTTP is spoken to a host. Source: envoy.extensions.upstreams.http.v3.HttpProtocolOptions.
 *
 * @param maxRequestsPerConnection 0 for no limit
 */
public record ProtocolOptions(
    Http http,
    Http2 http2,
    Sni sni,
    Duration idleTimeout,
    Duration maxConnectionDuration,
    int maxRequestsPerConnection,
    Optional<Duration> maxStreamDuration) {
  /** HTTP/1.1 with Envoy's defaults. */
  public static final ProtocolOptions HTTP_1 = of(Http.HTTP_1);

  /** HTTP/2 with Envoy's defaults. */
  public static final ProtocolOptions HTTP_2 = of(Http.HTTP_2);

  /** A protocol with defaults for all else. */
  public static ProtocolOptions of(Http http) {
    return new ProtocolOptions(
        http, Http2.DEFAULT, Sni.NONE, Duration.ofHours(1), Duration.ZERO, 0, Optional.empty());
  }

  /** The same with another protocol. */
  public ProtocolOptions withHttp(Http value) {
    return new ProtocolOptions(
        value,
        http2,
        sni,
        idleTimeout,
        maxConnectionDuration,
        maxRequestsPerConnection,
        maxStreamDuration);
  }

  /** Which protocol. */
  public enum Http {
    HTTP_1,
    HTTP_2,
    /** As ALPN decides; HTTP/1.1 without TLS. */
    AUTO,
    /**
     * As the caller came in (use_downstream_protocol_config); a call made here comes in as
     * HTTP/1.1, one with a gRPC content type as HTTP/2.
     */
    DOWNSTREAM
  }

  /**
   * HTTP/2 settings.
   *
   * @param maxConcurrentStreams what we allow ourselves; 1024 by default
   * @param initialStreamWindow bytes; 256 KiB here by default where Envoy has 16 MiB since 1.36
   * @param keepAliveInterval between PINGs; zero for none
   */
  public record Http2(
      int maxConcurrentStreams,
      int initialStreamWindow,
      int initialConnectionWindow,
      Duration keepAliveInterval,
      Duration keepAliveTimeout) {
    /** Our defaults. */
    public static final Http2 DEFAULT =
        new Http2(1024, 256 * 1024, 1024 * 1024, Duration.ZERO, Duration.ofSeconds(10));
  }

  /** Server name and SAN from the request's authority. */
  public record Sni(boolean auto, boolean autoSanValidation, String overrideHeader) {
    /** Neither. */
    public static final Sni NONE = new Sni(false, false, "");
  }
}
