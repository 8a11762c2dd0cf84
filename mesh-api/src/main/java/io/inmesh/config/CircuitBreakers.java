package io.inmesh.config;

import java.util.Optional;

/**
 * Limits of a cluster, counted in this process. Source: envoy.config.cluster.v3.CircuitBreakers.
 *
 * @param perHostMaxConnections per_host_thresholds; empty for none
 */
public record CircuitBreakers(
    Thresholds normal, Thresholds high, Optional<Integer> perHostMaxConnections) {
  /** Envoy's defaults. */
  public static final CircuitBreakers DEFAULT =
      new CircuitBreakers(Thresholds.DEFAULT, Thresholds.DEFAULT, Optional.empty());

  /** Which thresholds count. */
  public Thresholds of(Action.Priority priority) {
    return priority == Action.Priority.HIGH ? high : normal;
  }

  /**
   * Limits for one priority. {@link Integer#MAX_VALUE} for no limit.
   *
   * @param maxConnections 1024 by default
   * @param maxPendingRequests 1024 by default
   * @param maxRequests 1024 by default
   * @param maxRetries 3 by default; not used where there is a budget
   */
  public record Thresholds(
      int maxConnections,
      int maxPendingRequests,
      int maxRequests,
      int maxRetries,
      Optional<RetryBudget> retryBudget,
      boolean trackRemaining) {
    /** Envoy's defaults. */
    public static final Thresholds DEFAULT =
        new Thresholds(1024, 1024, 1024, 3, Optional.empty(), false);
  }

  /**
   * How many retries at once, as a share of the requests that are active or pending.
   *
   * @param percent 20 by default
   * @param minRetryConcurrency 3 by default
   */
  public record RetryBudget(double percent, int minRetryConcurrency) {}
}
