package io.inmesh.runtime.tls;

import com.google.re2j.Pattern;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.TransportSocket.SanMatcher;
import io.inmesh.config.TransportSocket.SanType;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * One subject alternative name to accept. An exact DNS name is also met by a certificate's
 * wildcard, as in Envoy; everything else compares text.
 */
public final class SanRule {
  private static final int EMAIL = 1;
  private static final int DNS = 2;
  private static final int URI = 6;
  private static final int IP = 7;

  private final SanType type;
  private final String text;
  private final boolean exact;
  private final Predicate<String> matcher;

  /** A rule, compiled. */
  public SanRule(SanMatcher source) {
    this.type = source.type();
    this.text = text(source.matcher());
    this.exact = source.matcher() instanceof StringMatcher.Exact;
    this.matcher = matcher(source.matcher());
  }

  /** A name as the JDK gives it: its kind and its text. */
  public boolean matches(List<?> name) {
    int kind = (Integer) name.get(0);
    if (!(name.get(1) instanceof String value)) {
      return false;
    }
    return switch (type) {
      case ANY ->
          kind == DNS ? dns(value) : (kind == URI || kind == EMAIL || kind == IP) && test(value);
      case DNS -> kind == DNS && dns(value);
      case URI -> kind == URI && test(value);
      case EMAIL -> kind == EMAIL && test(value);
      case IP_ADDRESS -> kind == IP && test(value);
    };
  }

  private boolean test(String value) {
    return matcher.test(value);
  }

  private boolean dns(String value) {
    if (test(value)) {
      return true;
    }
    if (!value.startsWith("*.")) {
      return false;
    }
    int dot = text.indexOf('.');
    return exact && dot > 0 && text.substring(dot).equalsIgnoreCase(value.substring(1));
  }

  private static Predicate<String> matcher(StringMatcher matcher) {
    if (matcher instanceof StringMatcher.Pattern pattern) {
      return Pattern.compile(pattern.regex().pattern())::matches;
    }
    String wanted = text(matcher);
    boolean ignoreCase = ignoresCase(matcher);
    String folded = ignoreCase ? wanted.toLowerCase(Locale.ROOT) : wanted;
    return value -> {
      String given = ignoreCase ? value.toLowerCase(Locale.ROOT) : value;
      if (matcher instanceof StringMatcher.Prefix) {
        return given.startsWith(folded);
      }
      if (matcher instanceof StringMatcher.Suffix) {
        return given.endsWith(folded);
      }
      return matcher instanceof StringMatcher.Contains
          ? given.contains(folded)
          : given.equals(folded);
    };
  }

  private static boolean ignoresCase(StringMatcher matcher) {
    if (matcher instanceof StringMatcher.Exact exact) {
      return exact.ignoreCase();
    }
    if (matcher instanceof StringMatcher.Prefix prefix) {
      return prefix.ignoreCase();
    }
    if (matcher instanceof StringMatcher.Suffix suffix) {
      return suffix.ignoreCase();
    }
    return matcher instanceof StringMatcher.Contains contains && contains.ignoreCase();
  }

  private static String text(StringMatcher matcher) {
    if (matcher instanceof StringMatcher.Exact exact) {
      return exact.value();
    }
    if (matcher instanceof StringMatcher.Prefix prefix) {
      return prefix.value();
    }
    if (matcher instanceof StringMatcher.Suffix suffix) {
      return suffix.value();
    }
    if (matcher instanceof StringMatcher.Contains contains) {
      return contains.value();
    }
    return ((StringMatcher.Pattern) matcher).regex().pattern();
  }

  @Override
  public String toString() {
    return text;
  }
}
