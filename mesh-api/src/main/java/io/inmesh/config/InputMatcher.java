package io.inmesh.config;

import java.util.List;

/** What a {@link MatchInput} must be. */
public sealed interface InputMatcher {
  /** A string. */
  record Text(StringMatcher matcher) implements InputMatcher {}

  /** An IP address in one of these. Source: envoy.extensions.matching.input_matchers.ip.v3.Ip. */
  record InRanges(List<Cidr> ranges) implements InputMatcher {
    public InRanges {
      ranges = List.copyOf(ranges);
    }
  }

  /** Source: envoy.extensions.matching.input_matchers.metadata.v3.Metadata. */
  record OfValue(ValueMatcher matcher, boolean invert) implements InputMatcher {}

  /**
   * A string whose hash, modulo {@code modulo}, reaches {@code threshold}. Source:
   * envoy.extensions.matching.input_matchers.consistent_hashing.v3.ConsistentHashing.
   */
  record HashReaches(long threshold, long modulo, long seed) implements InputMatcher {}

  /**
   * A string whose hash lies in a share. Source:
   * envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFraction.
   */
  record HashWithin(FractionalPercent share, long seed) implements InputMatcher {}

  /** An expression holds. Source: xds.type.matcher.v3.CelMatcher. */
  record Condition(CelExpression expression) implements InputMatcher {}
}
