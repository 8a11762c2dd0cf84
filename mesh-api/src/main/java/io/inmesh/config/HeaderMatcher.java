package io.inmesh.config;

/**
 * What a request header must be. Source: envoy.config.route.v3.HeaderMatcher, the deprecated forms
 * included.
 *
 * @param name lower case; {@code :method}, {@code :path}, {@code :authority} and {@code :scheme}
 *     name the request line
 * @param invert the match's opposite
 * @param treatMissingAsEmpty an absent header counts as ""
 */
public record HeaderMatcher(String name, Value value, boolean invert, boolean treatMissingAsEmpty) {
  /** What the value must be. */
  public sealed interface Value {}

  /** A string. */
  public record Text(StringMatcher matcher) implements Value {}

  /** A decimal integer from {@code start} (inclusive) to {@code end} (exclusive). */
  public record Range(long start, long end) implements Value {}

  /** Present, or absent. */
  public record Present(boolean present) implements Value {}
}
