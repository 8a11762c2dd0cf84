package io.inmesh.runtime.match;

import org.jspecify.annotations.Nullable;

/** Numbers in headers, as Envoy reads them: decimal, white space around them, no more. */
public final class Numbers {
  private Numbers() {}

  /** A signed number of 64 bits, or null. */
  public static @Nullable Long signed(String text) {
    String trimmed = trim(text);
    if (trimmed.isEmpty() || !digits(trimmed, isSign(trimmed.charAt(0)) ? 1 : 0)) {
      return null;
    }
    try {
      return Long.parseLong(trimmed);
    } catch (NumberFormatException tooLarge) {
      return null;
    }
  }

  /** An unsigned number of 64 bits, or null. */
  public static @Nullable Long unsigned(String text) {
    String trimmed = trim(text);
    int from = trimmed.startsWith("+") ? 1 : 0;
    if (!digits(trimmed, from)) {
      return null;
    }
    try {
      return Long.parseUnsignedLong(trimmed, from, trimmed.length(), 10);
    } catch (NumberFormatException tooLarge) {
      return null;
    }
  }

  private static boolean isSign(char c) {
    return c == '-' || c == '+';
  }

  private static boolean digits(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return text.length() > from;
  }

  private static String trim(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isSpace(text.charAt(from))) {
      from++;
    }
    while (to > from && isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
