package io.inmesh.config;

import io.inmesh.config.HeaderMutations.HeaderValue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A limit that each process keeps for itself. Source:
 * envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit. Routes have settings of the same
 * type.
 *
 * @param bucket empty: there is no limit
 * @param enabled which requests are counted; none by default
 * @param enforced which of those without a token are refused; none by default
 * @param status of a refusal; 429 by default
 * @param requestHeaders added to a request that has no token and goes on
 * @param responseHeaders added to a refusal
 * @param perConnection each connection of a caller has its own bucket
 * @param rateLimitHeaders x-ratelimit-limit, -remaining and -reset are told
 * @param resourceExhausted a gRPC caller is told RESOURCE_EXHAUSTED, not UNAVAILABLE
 * @param descriptors buckets for some of the requests
 */
public record LocalRateLimit(
    Optional<Bucket> bucket,
    FractionalPercent enabled,
    FractionalPercent enforced,
    int status,
    List<HeaderValue> requestHeaders,
    List<HeaderValue> responseHeaders,
    boolean perConnection,
    boolean rateLimitHeaders,
    boolean resourceExhausted,
    Descriptors descriptors)
    implements Extension {
  /** The type of these settings. */
  public static final String TYPE =
      "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";

  public LocalRateLimit {
    requestHeaders = List.copyOf(requestHeaders);
    responseHeaders = List.copyOf(responseHeaders);
  }

  @Override
  public String type() {
    return TYPE;
  }

  /**
   * Tokens. Source: envoy.type.v3.TokenBucket.
   *
   * @param size also how many there are at first
   * @param perFill 1 by default
   */
  public record Bucket(int size, int perFill, Duration fillInterval) {}

  /** A bucket for requests that have exactly these entries in one of their descriptors. */
  public record Descriptor(List<RateLimit.Entry> entries, Bucket bucket) {
    public Descriptor {
      entries = List.copyOf(entries);
    }
  }

  /**
   * Buckets by descriptor.
   *
   * @param stage of the routes' limits that are asked
   * @param own limits that are asked in place of the routes'; none by default
   * @param alwaysTakeDefault requests with a bucket of their own take from the common one as well;
   *     true by default
   */
  public record Descriptors(
      List<Descriptor> buckets,
      int stage,
      VirtualHostLimits virtualHost,
      List<RateLimit> own,
      boolean alwaysTakeDefault) {
    /** No buckets but the common one. */
    public static final Descriptors NONE =
        new Descriptors(List.of(), 0, VirtualHostLimits.OVERRIDE, List.of(), true);

    public Descriptors {
      buckets = List.copyOf(buckets);
      own = List.copyOf(own);
    }
  }

  /** When the limits of virtual hosts are asked. Source: VhRateLimitsOptions. */
  public enum VirtualHostLimits {
    /** Where the route has none. */
    OVERRIDE,
    /** Always. */
    INCLUDE,
    /** Never. */
    IGNORE
  }
}
