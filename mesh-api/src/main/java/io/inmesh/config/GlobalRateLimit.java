package io.inmesh.config;

import io.inmesh.config.HeaderMutations.HeaderValue;
import io.inmesh.config.LocalRateLimit.VirtualHostLimits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Asks a rate limit service. Source: envoy.extensions.filters.http.ratelimit.v3.RateLimit.
 *
 * @param domain of the descriptors
 * @param stage of the routes' limits that are asked for; 0 by default
 * @param requests which requests count; all by default
 * @param service of envoy.service.ratelimit.v3.RateLimitService
 * @param timeout 20 ms by default
 * @param limited the answer to a request that is over the limit
 * @param enabled which requests count; empty: as the runtime says, all by default
 * @param enforced which of those over the limit are refused; empty: as the runtime says, all by
 *     default
 * @param own limits in place of the routes'
 */
public record GlobalRateLimit(
    String domain,
    int stage,
    Requests requests,
    GrpcService service,
    Duration timeout,
    Failure failure,
    Limited limited,
    Optional<FractionalPercent> enabled,
    Optional<FractionalPercent> enforced,
    List<RateLimit> own)
    implements Extension {
  /** The type of these settings. */
  public static final String TYPE = "envoy.extensions.filters.http.ratelimit.v3.RateLimit";

  public GlobalRateLimit {
    own = List.copyOf(own);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Set<Resource.Key> references() {
    return Set.of(new Resource.Key(Resource.Type.CLUSTER, service.cluster()));
  }

  /** Where requests come from. */
  public enum Requests {
    /** Anywhere. */
    BOTH,
    /** Those with {@code x-envoy-internal: true}. */
    INTERNAL,
    /** All others. */
    EXTERNAL
  }

  /**
   * What becomes of a request when the service cannot be asked.
   *
   * @param deny it is refused
   * @param denied which of those are refused; empty: {@code deny} says it
   * @param status of the refusal; 500 by default
   */
  public record Failure(boolean deny, Optional<FractionalPercent> denied, int status) {
    /** It passes. */
    public static final Failure PASSES = new Failure(false, Optional.empty(), 500);
  }

  /**
   * What is told of a limit.
   *
   * @param status of a refusal; 429 by default
   * @param resourceExhausted a gRPC caller is told RESOURCE_EXHAUSTED, not UNAVAILABLE
   * @param marked a refusal has {@code x-envoy-ratelimited}; so by default
   * @param rateLimitHeaders x-ratelimit-limit, -remaining and -reset are told
   * @param headers added to a refusal
   */
  public record Limited(
      int status,
      boolean resourceExhausted,
      boolean marked,
      boolean rateLimitHeaders,
      List<HeaderValue> headers) {
    /** Envoy's defaults. */
    public static final Limited DEFAULT = new Limited(429, false, true, false, List.of());

    public Limited {
      headers = List.copyOf(headers);
    }
  }

  /**
   * What a route says. Source: RateLimitPerRoute.
   *
   * @param own limits in place of the route's and the filter's
   * @param domain in place of the filter's, or empty
   */
  public record PerRoute(VirtualHostLimits virtualHost, List<RateLimit> own, String domain)
      implements Extension {
    /** The type of these settings. */
    public static final String TYPE =
        "envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute";

    public PerRoute {
      own = List.copyOf(own);
    }

    @Override
    public String type() {
      return TYPE;
    }
  }
}
