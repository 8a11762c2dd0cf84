package io.inmesh.runtime.engine;

import io.inmesh.call.CallLog;
import io.inmesh.runtime.stats.Stripes;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What all calls of a mesh share.
 *
 * @param log hears of every ended call
 * @param unixSeconds the wall clock
 * @param counters of what happens beside the ordinary
 * @param inFlight the calls under way
 * @param resendUnsent whether a request of which nothing reached the peer may be sent again at
 *     once, without a retry policy
 * @param meters counts calls by who calls whom; null where nobody reads that
 * @param tracing spans around calls and attempts
 * @param demands asks the plane for what calls lack; null where nothing is asked for
 */
public record Surroundings(
    CallLog log,
    LongSupplier unixSeconds,
    Counters counters,
    InFlight inFlight,
    boolean resendUnsent,
    @Nullable CallMeters meters,
    CallTracing tracing,
    @Nullable Demands demands) {

  /** Without log, meters or spans. */
  public static Surroundings quiet(LongSupplier unixSeconds, boolean resendUnsent) {
    var inFlight = new InFlight(new Stripes());
    return new Surroundings(
        (call, how) -> {},
        unixSeconds,
        new Counters(inFlight),
        inFlight,
        resendUnsent,
        null,
        CallTracing.NONE,
        null);
  }
}
