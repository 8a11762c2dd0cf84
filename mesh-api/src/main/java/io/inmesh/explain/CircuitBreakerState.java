package io.inmesh.explain;

import java.time.Duration;

/**
 * A circuit breaker of now.
 *
 * @param state CLOSED, OPEN (attempts are refused) or HALF_OPEN (a few probes pass)
 * @param calls in the window; while it is not closed, those that have opened it
 * @param failed of these
 * @param slow of these
 * @param inState for how long
 * @param openings how often it has opened
 * @param refused how many attempts it has refused
 */
public record CircuitBreakerState(
    String cluster,
    String state,
    int calls,
    int failed,
    int slow,
    Duration inState,
    int openings,
    long refused) {}
