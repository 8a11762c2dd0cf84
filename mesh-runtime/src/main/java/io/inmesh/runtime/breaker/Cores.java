package io.inmesh.runtime.breaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;

/** Makes Resilience4j's breakers. */
final class Cores {
  private Cores() {}

  /** A closed one. Without a thread: nothing happens to it before somebody asks. */
  static CircuitBreaker closed(String name, io.inmesh.config.CircuitBreaker config, Clock clock) {
    return CircuitBreaker.of(
        name,
        CircuitBreakerConfig.custom()
            .failureRateThreshold((float) config.failureRate())
            .slowCallRateThreshold((float) config.slowCallRate())
            .slowCallDurationThreshold(config.slowCall())
            .slidingWindow(
                config.window(),
                config.minimumCalls(),
                SlidingWindowType.COUNT_BASED,
                SlidingWindowSynchronizationStrategy.LOCK_FREE)
            .waitDurationInOpenState(config.openFor())
            .permittedNumberOfCallsInHalfOpenState(config.probes())
            .clock(clock)
            .build());
  }
}
