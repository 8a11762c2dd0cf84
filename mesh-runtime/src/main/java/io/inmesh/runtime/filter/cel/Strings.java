package io.inmesh.runtime.filter.cel;

import java.util.ArrayList;
import java.util.List;

/** Functions of strings that a dialect may have. */
final class Strings {
  private Strings() {}

  static Object split(Object value, Object by) {
    if (!(value instanceof String text && by instanceof String separator)) {
      return Term.FAILED;
    }
    return separator.isEmpty() ? codePoints(text) : parts(text, separator);
  }

  private static List<Object> codePoints(String text) {
    var parts = new ArrayList<Object>();
    text.codePoints().forEach(point -> parts.add(Character.toString(point)));
    return parts;
  }

  private static List<Object> parts(String text, String separator) {
    var parts = new ArrayList<Object>();
    int from = 0;
    for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
  }

  /** ASCII only. */
  static String cased(String text, boolean upper) {
    char from = upper ? 'a' : 'A';
    char[] chars = text.toCharArray();
    for (int i = 0; i < chars.length; i++) {
      if (chars[i] >= from && chars[i] < from + 26) {
        chars[i] = (char) (chars[i] ^ 0x20);
      }
    }
    return new String(chars);
  }
}
