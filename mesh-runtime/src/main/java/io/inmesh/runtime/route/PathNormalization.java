package io.inmesh.runtime.route;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Puts paths in order. The canonical form is that of browsers' URL parsers, which Envoy uses:
 * backslashes become slashes, dot segments are resolved, unreserved chars are unescaped, chars that
 * may not stand in a path are escaped.
 */
final class PathNormalization {
  private static final String ESCAPED = " \"#<>?^`{|}\u007f";

  private PathNormalization() {}

  /** The canonical form of a path without its query; null if it cannot be made (an escaped NUL). */
  static @Nullable String canonical(String given) {
    if (isPlain(given)) {
      return given;
    }
    String path = withoutDotParameters(given);
    var out = new StringBuilder(path.length() + 8);
    int at = 0;
    while (at < path.length()) {
      char c = path.charAt(at);
      int dot = dot(path, at);
      if (dot > 0) {
        at = dots(path, at, dot, out);
      } else if (c == '%') {
        int value = escape(path, at);
        if (value == 0) {
          return null;
        }
        at = value < 0 ? literal('%', out, at) : unescape(path, at, value, out);
      } else if (c == '\\') {
        at = literal('/', out, at);
      } else if (c < ' ' || c > 0x7f || ESCAPED.indexOf(c) >= 0) {
        at = percent(path, at, out);
      } else {
        at = literal(c, out, at);
      }
    }
    return out.toString();
  }

  /**
   * Dot segments lose their parameters first ("/a/..;x/b" is "/b"), if the dots are not escaped.
   */
  private static String withoutDotParameters(String path) {
    String now = path;
    for (int i = now.indexOf(';'); i >= 0; i = now.indexOf(';', i + 1)) {
      int from = now.lastIndexOf('/', i) + 1;
      boolean dots = i - from == 1 || (i - from == 2 && now.charAt(from + 1) == '.');
      if (dots && now.charAt(from) == '.') {
        int end = now.indexOf('/', i);
        now = now.substring(0, i) + (end < 0 ? "" : now.substring(end));
      }
    }
    return now;
  }

  /** Whether nothing in it can need a change; looked at first, as most paths are such. */
  private static boolean isPlain(String path) {
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      boolean plain =
          c > ' ' && c < 0x7f && c != '%' && c != '\\' && c != '.' && ESCAPED.indexOf(c) < 0;
      if (!plain) {
        return false;
      }
    }
    return true;
  }

  private static int literal(char c, StringBuilder out, int at) {
    out.append(c);
    return at + 1;
  }

  /** How many chars a dot at a place takes, plain or escaped; 0 if there is none. */
  private static int dot(String path, int at) {
    if (at >= path.length()) {
      return 0;
    }
    return path.charAt(at) == '.' ? 1 : path.regionMatches(true, at, "%2e", 0, 3) ? 3 : 0;
  }

  private static boolean ends(String path, int at) {
    return at == path.length() || isSlash(path.charAt(at));
  }

  private static boolean isSlash(char c) {
    return c == '/' || c == '\\';
  }

  /** Handles a dot and answers where to go on. */
  private static int dots(String path, int at, int dot, StringBuilder out) {
    int after = at + dot;
    if (out.length() == 0 || out.charAt(out.length() - 1) != '/') {
      out.append('.');
      return after;
    }
    if (ends(path, after)) {
      return Math.min(after + 1, path.length());
    }
    int second = dot(path, after);
    if (second > 0 && ends(path, after + second)) {
      backUp(out);
      return Math.min(after + second + 1, path.length());
    }
    out.append('.');
    return after;
  }

  private static void backUp(StringBuilder out) {
    int slash = out.lastIndexOf("/", out.length() - 2);
    out.setLength(Math.max(0, slash) + 1);
  }

  /** The value of an escape at a place, or -1 if it is none. */
  private static int escape(String path, int at) {
    if (at + 2 >= path.length()) {
      return -1;
    }
    int high = Character.digit(path.charAt(at + 1), 16);
    int low = Character.digit(path.charAt(at + 2), 16);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  private static int unescape(String path, int at, int value, StringBuilder out) {
    boolean unreserved =
        (value >= '0' && value <= '9')
            || (value >= 'A' && value <= 'Z')
            || (value >= 'a' && value <= 'z')
            || value == '-'
            || value == '_'
            || value == '~';
    if (unreserved) {
      out.append((char) value);
    } else {
      out.append(path, at, at + 3);
    }
    return at + 3;
  }

  private static int percent(String path, int at, StringBuilder out) {
    int next = path.offsetByCodePoints(at, 1);
    byte[] bytes = path.substring(at, next).getBytes(StandardCharsets.UTF_8);
    for (byte one : bytes) {
      out.append('%')
          .append(Character.toUpperCase(Character.forDigit(one >> 4 & 15, 16)))
          .append(Character.toUpperCase(Character.forDigit(one & 15, 16)));
    }
    return next;
  }

  /** One slash for several. A path of slashes only keeps two, as in Envoy. */
  static String merged(String path) {
    if (!path.contains("//")) {
      return path;
    }
    var out = new StringBuilder(path.length());
    out.append(path.startsWith("/") ? "/" : "");
    boolean first = true;
    int at = 0;
    while (at < path.length()) {
      int end = path.indexOf('/', at);
      end = end < 0 ? path.length() : end;
      if (end > at) {
        out.append(first ? "" : "/").append(path, at, end);
        first = false;
      }
      at = end + 1;
    }
    return out.append(path.endsWith("/") ? "/" : "").toString();
  }

  /** Escaped slashes and backslashes unescaped; the same object if there are none. */
  static String unescapedSlashes(String path) {
    StringBuilder out = null;
    int copied = 0;
    for (int i = path.indexOf('%'); i >= 0; i = path.indexOf('%', i + 1)) {
      int value = escape(path, i);
      if (value == '/' || value == '\\') {
        out = out == null ? new StringBuilder(path.length()) : out;
        out.append(path, copied, i).append((char) value);
        copied = i + 3;
      }
    }
    return out == null ? path : out.append(path, copied, path.length()).toString();
  }
}
