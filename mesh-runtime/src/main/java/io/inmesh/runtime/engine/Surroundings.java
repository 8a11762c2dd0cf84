package io.inmesh.runtime.engine;

import io.inmesh.call.CallLog;
import java.util.function.LongSupplier;

/**
 * What all calls of a mesh share.
 *
 * @param log hears of every ended call
 * @param unixSeconds the wall clock
 * @param counters of what happens beside the ordinary
 * @param inFlight the calls under way
 * @param resendUnsent whether a request of which nothing reached the peer may be sent again at
 *     once, without a retry policy
 */
public record Surroundings(
    CallLog log,
    LongSupplier unixSeconds,
    Counters counters,
    InFlight inFlight,
    boolean resendUnsent) {}
