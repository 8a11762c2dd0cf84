package io.inmesh.config;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * When and how a request is tried again. Source: envoy.config.route.v3.RetryPolicy.
 *
 * @param on an empty set switches retries off
 * @param retries after the first try; 1 by default
 * @param perTryTimeout zero for the route's timeout only
 * @param perTryIdleTimeout zero for none
 * @param headers on which responses, for retriable-headers
 * @param requestHeaders which requests may be retried at all; empty for all
 * @param rateLimitedBackOff how the server's own delay is read; empty if it is not
 */
public record RetryPolicy(
    Set<On> on,
    int retries,
    Duration perTryTimeout,
    Duration perTryIdleTimeout,
    BackOff backOff,
    Optional<RateLimitedBackOff> rateLimitedBackOff,
    List<Integer> statusCodes,
    List<HeaderMatcher> headers,
    List<HeaderMatcher> requestHeaders,
    HostSelection hosts) {
  public RetryPolicy {
    on = on.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(on));
    statusCodes = List.copyOf(statusCodes);
    headers = List.copyOf(headers);
    requestHeaders = List.copyOf(requestHeaders);
  }

  /** With defaults for all that is not given. */
  public RetryPolicy(Set<On> on, int retries, Duration perTryTimeout) {
    this(
        on,
        retries,
        perTryTimeout,
        Duration.ZERO,
        BackOff.DEFAULT,
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        HostSelection.DEFAULT);
  }

  /** Conditions, as {@code retry_on} spells them. */
  public enum On {
    FIVE_XX("5xx"),
    GATEWAY_ERROR("gateway-error"),
    RESET("reset"),
    RESET_BEFORE_REQUEST("reset-before-request"),
    CONNECT_FAILURE("connect-failure"),
    ENVOY_RATELIMITED("envoy-ratelimited"),
    RETRIABLE_4XX("retriable-4xx"),
    REFUSED_STREAM("refused-stream"),
    RETRIABLE_STATUS_CODES("retriable-status-codes"),
    RETRIABLE_HEADERS("retriable-headers"),
    HTTP3_POST_CONNECT_FAILURE("http3-post-connect-failure"),
    CANCELLED("cancelled"),
    DEADLINE_EXCEEDED("deadline-exceeded"),
    INTERNAL("internal"),
    RESOURCE_EXHAUSTED("resource-exhausted"),
    UNAVAILABLE("unavailable");

    private final String token;

    On(String token) {
      this.token = token;
    }

    /** As it stands in {@code retry_on}. */
    public String token() {
      return token;
    }
  }

  /**
   * Fully jittered, exponential. The first interval is 25 ms by default, the longest ten times it.
   */
  public record BackOff(Duration base, Duration max) {
    /** Envoy's defaults. */
    public static final BackOff DEFAULT =
        new BackOff(Duration.ofMillis(25), Duration.ofMillis(250));
  }

  /** The delay that the server asks for, up to {@code max}. */
  public record RateLimitedBackOff(List<ResetHeader> headers, Duration max) {
    public RateLimitedBackOff {
      headers = List.copyOf(headers);
    }
  }

  /**
   * Where a server says when to come again: seconds from now, or a Unix time if {@code unixTime}.
   */
  public record ResetHeader(String name, boolean unixTime) {}

  /**
   * Which hosts a further try may take.
   *
   * @param avoidPrevious retry_host_predicate previous_hosts
   * @param omitCanary retry_host_predicate omit_canary_hosts
   * @param omitMetadata retry_host_predicate omit_host_metadata; empty for none
   * @param maxAttempts how often a refused choice is made again; 1 by default
   * @param previousPriorities retry_priority previous_priorities: its update_frequency, or 0
   */
  public record HostSelection(
      boolean avoidPrevious,
      boolean omitCanary,
      Metadata omitMetadata,
      int maxAttempts,
      int previousPriorities) {
    /** Any host. */
    public static final HostSelection DEFAULT =
        new HostSelection(false, false, Metadata.EMPTY, 1, 0);
  }
}
