package io.inmesh.runtime.match;

import io.inmesh.config.QueryParameterMatcher;
import org.jspecify.annotations.Nullable;

/** A compiled query parameter matcher; it looks at the raw first occurrence. */
public final class QueryTest {
  private final String name;
  private final @Nullable StringTest text;
  private final boolean present;

  public QueryTest(QueryParameterMatcher config) {
    this.name = config.name();
    this.text = config.value().map(StringTest::of).orElse(null);
    this.present = config.present();
  }

  public boolean matches(String path) {
    int at = find(path, name);
    if (text == null) {
      return at >= 0 == present;
    }
    return at >= 0 && text.matches(path, valueStart(path, at, name), parameterEnd(path, at));
  }

  /** Where the first parameter of that name begins, or -1. */
  public static int find(String path, String name) {
    int at = path.indexOf('?') + 1;
    while (at > 0) {
      if (path.startsWith(name, at)) {
        int end = at + name.length();
        if (end == path.length() || path.charAt(end) == '=' || path.charAt(end) == '&') {
          return at;
        }
      }
      at = path.indexOf('&', at) + 1;
    }
    return -1;
  }

  /** The raw value of the first parameter of that name, or null. */
  public static @Nullable String value(String path, String name) {
    int at = find(path, name);
    return at < 0 ? null : path.substring(valueStart(path, at, name), parameterEnd(path, at));
  }

  private static int valueStart(String path, int at, String name) {
    int end = at + name.length();
    return end < path.length() && path.charAt(end) == '=' ? end + 1 : end;
  }

  private static int parameterEnd(String path, int at) {
    int end = path.indexOf('&', at);
    return end < 0 ? path.length() : end;
  }
}
