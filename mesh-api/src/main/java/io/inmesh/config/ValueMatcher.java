package io.inmesh.config;

import java.util.List;

/** What a JSON-like value must be. Source: envoy.type.matcher.v3.ValueMatcher. */
public sealed interface ValueMatcher {
  /** JSON's null. */
  record IsNull() implements ValueMatcher {}

  /** A number from {@code start} (inclusive) to {@code end} (exclusive). */
  record InRange(double start, double end) implements ValueMatcher {}

  /** This number. */
  record Equal(double value) implements ValueMatcher {}

  /** A string. */
  record Text(StringMatcher matcher) implements ValueMatcher {}

  /** This boolean. */
  record Bool(boolean value) implements ValueMatcher {}

  /** Present, or absent. */
  record Present(boolean present) implements ValueMatcher {}

  /** A list one of whose members matches. */
  record OneOf(ValueMatcher member) implements ValueMatcher {}

  /** One of these. */
  record AnyOf(List<ValueMatcher> matchers) implements ValueMatcher {
    public AnyOf {
      matchers = List.copyOf(matchers);
    }
  }
}
