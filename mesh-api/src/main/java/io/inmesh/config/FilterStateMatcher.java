package io.inmesh.config;

import java.util.List;

/**
 * What the filter state under a key must be. Source: envoy.type.matcher.v3.FilterStateMatcher.
 *
 * @param key not empty
 */
public record FilterStateMatcher(String key, Value value) {
  /** What it must be. */
  public sealed interface Value {}

  /** A string. */
  public record Text(StringMatcher matcher) implements Value {}

  /** An IP address in one of these. */
  public record InRanges(List<Cidr> ranges) implements Value {
    public InRanges {
      ranges = List.copyOf(ranges);
    }
  }
}
