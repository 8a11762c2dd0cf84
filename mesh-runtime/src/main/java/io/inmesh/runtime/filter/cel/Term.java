package io.inmesh.runtime.filter.cel;

import io.inmesh.runtime.stage.FilteredCall;

/**
 * A part of a condition. Values are String, Long, Unsigned, Double, Boolean, Bytes, Instant,
 * Duration, List, Map, {@link io.inmesh.config.Metadata#NULL}, {@link HeaderFields} and {@link
 * #FAILED}.
 */
@FunctionalInterface
interface Term {
  /** What is not there, or cannot be computed. */
  Object FAILED = new Object();

  /** The value for a call. */
  Object value(FilteredCall call);
}
