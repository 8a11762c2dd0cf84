package io.inmesh.runtime.match;

import io.inmesh.config.CookieMatcher;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.QueryParameterMatcher;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.RouteMatch.PathMatch;
import io.inmesh.config.StringMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions in words, for people. */
final class MatchText {
  private MatchText() {}

  static String of(PathMatch match) {
    if (match instanceof RouteMatch.Prefix prefix) {
      return "prefix " + prefix.prefix() + ignoreCase(!prefix.caseSensitive());
    }
    if (match instanceof RouteMatch.PathSeparatedPrefix prefix) {
      return "path-separated prefix " + prefix.prefix() + ignoreCase(!prefix.caseSensitive());
    }
    if (match instanceof RouteMatch.Exact exact) {
      return "path " + exact.path() + ignoreCase(!exact.caseSensitive());
    }
    if (match instanceof RouteMatch.Pattern pattern) {
      return "regex " + pattern.regex().pattern();
    }
    if (match instanceof RouteMatch.UriTemplate template) {
      return "template " + template.template();
    }
    return "method CONNECT";
  }

  private static String ignoreCase(boolean ignore) {
    return ignore ? " (any case)" : "";
  }

  static String of(StringMatcher matcher) {
    if (matcher instanceof StringMatcher.Exact exact) {
      return "exactly \"" + exact.value() + '"' + ignoreCase(exact.ignoreCase());
    }
    if (matcher instanceof StringMatcher.Prefix prefix) {
      return "prefix \"" + prefix.value() + '"' + ignoreCase(prefix.ignoreCase());
    }
    if (matcher instanceof StringMatcher.Suffix suffix) {
      return "suffix \"" + suffix.value() + '"' + ignoreCase(suffix.ignoreCase());
    }
    if (matcher instanceof StringMatcher.Contains part) {
      return "containing \"" + part.value() + '"' + ignoreCase(part.ignoreCase());
    }
    return "regex " + ((StringMatcher.Pattern) matcher).regex().pattern();
  }

  static String of(HeaderMatcher matcher) {
    HeaderMatcher.Value value = matcher.value();
    String wanted;
    if (value instanceof HeaderMatcher.Text text) {
      wanted = of(text.matcher());
    } else if (value instanceof HeaderMatcher.Range range) {
      wanted = "in [" + range.start() + ", " + range.end() + ")";
    } else {
      wanted = ((HeaderMatcher.Present) value).present() ? "present" : "absent";
    }
    return (matcher.invert() ? "not " : "") + wanted;
  }

  static String of(QueryParameterMatcher matcher) {
    return matcher.value().map(MatchText::of).orElse(matcher.present() ? "present" : "absent");
  }

  static String of(CookieMatcher matcher) {
    return (matcher.invert() ? "not " : "") + of(matcher.value());
  }

  static String of(FractionalPercent share) {
    String key = share.runtimeKey().isEmpty() ? "" : " (runtime key " + share.runtimeKey() + ")";
    return Integer.toUnsignedString(share.numerator()) + "/" + share.denominator() + key;
  }

  /** What is there instead. */
  static String found(@Nullable String value) {
    return value == null ? "absent" : '"' + value + '"';
  }

  static String found(List<String> values) {
    return values.isEmpty() ? "absent" : '"' + String.join("\", \"", values) + '"';
  }
}
