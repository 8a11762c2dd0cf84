package io.inmesh.runtime.match;

import java.util.Map;

/**
 * Run-time values that may replace configured ones, as one immutable snapshot. Source: Envoy's
 * layered runtime and RTDS.
 */
public record RuntimeValues(Map<String, Object> byKey) {
  /** No values. */
  public static final RuntimeValues NONE = new RuntimeValues(Map.of());

  public RuntimeValues {
    byKey = Map.copyOf(byKey);
  }

  /** A value that is a number, else {@code fallback}. */
  public long number(String key, long fallback) {
    Object value = key.isEmpty() ? null : byKey.get(key);
    return value instanceof Number number ? number.longValue() : fallback;
  }
}
