package io.inmesh.runtime.match;

import io.inmesh.config.FractionalPercent;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

  /** A value that is a fraction of its own, or null. */
  public @Nullable FractionalPercent fraction(String key) {
    Object value = key.isEmpty() ? null : byKey.get(key);
    return value instanceof FractionalPercent share ? share : null;
  }

  /** A value that is true or false, else {@code fallback}. */
  public boolean flag(String key, boolean fallback) {
    return byKey.get(key) instanceof Boolean flag ? flag : fallback;
  }
}
