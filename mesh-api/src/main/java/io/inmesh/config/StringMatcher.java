package io.inmesh.config;

/** What a string must be. Source: envoy.type.matcher.v3.StringMatcher. */
public sealed interface StringMatcher {
  /** Equal. */
  record Exact(String value, boolean ignoreCase) implements StringMatcher {}

  /** Begins with it. */
  record Prefix(String value, boolean ignoreCase) implements StringMatcher {}

  /** Ends with it. */
  record Suffix(String value, boolean ignoreCase) implements StringMatcher {}

  /** Holds it. */
  record Contains(String value, boolean ignoreCase) implements StringMatcher {}

  /** Matches in full. */
  record Pattern(Regex regex) implements StringMatcher {}
}
