package io.inmesh.runtime.match;

import io.inmesh.call.Headers;
import org.jspecify.annotations.Nullable;

/** Cookies of a request. */
public final class Cookies {
  private Cookies() {}

  /** The first cookie of that name over all {@code cookie} fields, without quotes, or null. */
  public static @Nullable String value(Headers headers, String name) {
    for (int i = 0, n = headers.size(); i < n; i++) {
      if (headers.name(i).equals("cookie")) {
        String value = inLine(headers.value(i), name);
        if (value != null) {
          return value;
        }
      }
    }
    return null;
  }

  private static @Nullable String inLine(String line, String name) {
    int at = 0;
    while (at < line.length()) {
      int end = line.indexOf(';', at);
      end = end < 0 ? line.length() : end;
      while (at < end && line.charAt(at) == ' ') {
        at++;
      }
      int equals = at + name.length();
      if (equals < end && line.charAt(equals) == '=' && line.startsWith(name, at)) {
        return unquoted(line, equals + 1, end);
      }
      at = end + 1;
    }
    return null;
  }

  private static String unquoted(String line, int start, int stop) {
    int from = start;
    int to = stop;
    while (to > from && line.charAt(to - 1) == ' ') {
      to--;
    }
    if (to - from >= 2 && line.charAt(from) == '"' && line.charAt(to - 1) == '"') {
      from++;
      to--;
    }
    return line.substring(from, to);
  }
}
