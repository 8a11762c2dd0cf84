package io.inmesh.config;

import java.time.Duration;

/**
 * A breaker that opens when too many of a cluster's last attempts failed or were slow, and then
 * refuses all but a few probes. Beyond Envoy, whose {@link CircuitBreakers} are limits. Source:
 * Resilience4j's CircuitBreaker, whose defaults it has.
 *
 * @param failureRate percent of the window, above 0, at which it opens; 50 by default
 * @param slowCallRate percent that were slow; 100 by default
 * @param slowCall from when on an attempt is slow, until its response begins; 60 s by default
 * @param window how many attempts count; 100 by default
 * @param minimumCalls before which it never opens; 100 by default, at most the window
 * @param openFor until it lets probes through; 60 s by default
 * @param probes how many pass while it is half open, and then decide; 10 by default
 * @param failures what counts as a failure; {@link Failures#OF_A_SERVICE} by default
 */
public record CircuitBreaker(
    double failureRate,
    double slowCallRate,
    Duration slowCall,
    int window,
    int minimumCalls,
    Duration openFor,
    int probes,
    Failures failures) {
  /** Resilience4j's defaults. */
  public static final CircuitBreaker DEFAULT =
      new CircuitBreaker(
          50,
          100,
          Duration.ofSeconds(60),
          100,
          100,
          Duration.ofSeconds(60),
          10,
          Failures.OF_A_SERVICE);

  /** The largest window. */
  public static final int LARGEST_WINDOW = 100_000;

  /** Values that no breaker can work with are refused. */
  public CircuitBreaker {
    check(failureRate > 0 && failureRate <= 100, "failure_rate must be above 0, at most 100");
    check(slowCallRate > 0 && slowCallRate <= 100, "slow_call_rate must be above 0, at most 100");
    check(slowCall.compareTo(Duration.ofNanos(1)) >= 0, "slow_call_duration must be positive");
    check(window >= 1 && window <= LARGEST_WINDOW, "window must be from 1 to " + LARGEST_WINDOW);
    check(minimumCalls >= 1, "minimum_calls must be positive");
    check(openFor.compareTo(Duration.ofMillis(1)) >= 0, "open_for must be a millisecond or more");
    check(probes >= 1 && probes <= LARGEST_WINDOW, "probes must be from 1 to " + LARGEST_WINDOW);
    minimumCalls = Math.min(minimumCalls, window);
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
