package io.inmesh.runtime.route;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.inmesh.config.RegexRewrite;

/**
 * Replaces all matches of a pattern as RE2's GlobalReplace does: an empty match is not taken at the
 * end of the match before it.
 */
final class RegexReplacement {
  private final Pattern pattern;
  private final String substitution;
  private final boolean possible;

  RegexReplacement(RegexRewrite config) {
    this.pattern = Pattern.compile(config.pattern().pattern());
    this.substitution = config.substitution();
    this.possible = highestGroup(substitution) <= pattern.groupCount();
  }

  /** A substitution that names no group it has leaves the text as it is, as in Envoy. */
  private static int highestGroup(String substitution) {
    int highest = 0;
    for (int i = 0; i + 1 < substitution.length(); i++) {
      if (substitution.charAt(i) == '\\') {
        char next = substitution.charAt(++i);
        if (next >= '0' && next <= '9') {
          highest = Math.max(highest, next - '0');
        }
      }
    }
    return highest;
  }

  String apply(String text) {
    if (!possible) {
      return text;
    }
    Matcher matcher = pattern.matcher(text);
    StringBuilder out = null;
    int at = 0;
    int lastEnd = -1;
    while (at <= text.length() && matcher.find(at)) {
      if (out == null) {
        out = new StringBuilder(text.length() + 16);
      }
      out.append(text, at, matcher.start());
      if (matcher.start() == lastEnd && matcher.end() == matcher.start()) {
        int end = Math.min(text.length(), text.offsetByCodePoints(at, at < text.length() ? 1 : 0));
        out.append(text, at, end);
        at = at == text.length() ? at + 1 : end;
        continue;
      }
      substitute(matcher, out);
      at = matcher.end();
      lastEnd = at;
    }
    if (out == null) {
      return text;
    }
    return at < text.length() ? out.append(text, at, text.length()).toString() : out.toString();
  }

  private void substitute(Matcher matcher, StringBuilder out) {
    for (int i = 0; i < substitution.length(); i++) {
      char c = substitution.charAt(i);
      if (c != '\\' || i + 1 == substitution.length()) {
        out.append(c);
        continue;
      }
      char next = substitution.charAt(++i);
      if (next >= '0' && next <= '9') {
        String group = matcher.group(next - '0');
        out.append(group == null ? "" : group);
      } else {
        out.append(next);
      }
    }
  }
}
