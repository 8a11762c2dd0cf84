package io.inmesh.runtime.match;

import com.google.re2j.Pattern;
import io.inmesh.config.StringMatcher;

/** A compiled string matcher. It looks at a part of a text, so that no substring is made for it. */
public abstract class StringTest {
  /** Whether the chars from {@code from} (inclusive) to {@code to} (exclusive) match. */
  public abstract boolean matches(String text, int from, int to);

  public final boolean matches(String text) {
    return matches(text, 0, text.length());
  }

  public static StringTest of(StringMatcher matcher) {
    if (matcher instanceof StringMatcher.Exact exact) {
      return new Fixed(exact.value(), exact.ignoreCase(), true, true);
    }
    if (matcher instanceof StringMatcher.Prefix prefix) {
      return new Fixed(prefix.value(), prefix.ignoreCase(), true, false);
    }
    if (matcher instanceof StringMatcher.Suffix suffix) {
      return new Fixed(suffix.value(), suffix.ignoreCase(), false, true);
    }
    if (matcher instanceof StringMatcher.Contains contains) {
      return new Holds(contains.value(), contains.ignoreCase());
    }
    return new Regex(((StringMatcher.Pattern) matcher).regex().pattern());
  }

  /** ASCII case only, as Envoy compares. */
  public static boolean same(String text, int from, String other, boolean ignoreCase) {
    if (from < 0 || from + other.length() > text.length()) {
      return false;
    }
    if (!ignoreCase) {
      return text.startsWith(other, from);
    }
    for (int i = 0; i < other.length(); i++) {
      if (lower(text.charAt(from + i)) != lower(other.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  public static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
  }

  /** Equal, begins or ends. */
  private static final class Fixed extends StringTest {
    private final String value;
    private final boolean ignoreCase;
    private final boolean atStart;
    private final boolean atEnd;

    Fixed(String value, boolean ignoreCase, boolean atStart, boolean atEnd) {
      this.value = value;
      this.ignoreCase = ignoreCase;
      this.atStart = atStart;
      this.atEnd = atEnd;
    }

    @Override
    public boolean matches(String text, int from, int to) {
      int length = to - from;
      if ((atStart && atEnd) ? length != value.length() : length < value.length()) {
        return false;
      }
      return same(text, atStart ? from : to - value.length(), value, ignoreCase);
    }
  }

  private static final class Holds extends StringTest {
    private final String value;
    private final boolean ignoreCase;

    Holds(String value, boolean ignoreCase) {
      this.value = value;
      this.ignoreCase = ignoreCase;
    }

    @Override
    public boolean matches(String text, int from, int to) {
      for (int at = from; at + value.length() <= to; at++) {
        if (same(text, at, value, ignoreCase)) {
          return true;
        }
      }
      return false;
    }
  }

  private static final class Regex extends StringTest {
    private final Pattern pattern;

    Regex(String pattern) {
      this.pattern = Pattern.compile(pattern);
    }

    @Override
    public boolean matches(String text, int from, int to) {
      return pattern.matches(from == 0 && to == text.length() ? text : text.substring(from, to));
    }
  }
}
