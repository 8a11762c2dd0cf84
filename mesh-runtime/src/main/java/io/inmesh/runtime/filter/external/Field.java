package io.inmesh.runtime.filter.external;

import java.nio.charset.StandardCharsets;

/** A header or a query parameter as a service names it. */
record Field(String name, String value) {
  private static final String NAME_SIGNS = "!#$%&'*+-.^_`|~";
  private static final String QUERY_SIGNS = "-._~!$'()*,;:@/?+[]";

  /** Whether it can be a header. A colon may begin its name. */
  boolean isHeader() {
    int from = name.startsWith(":") ? 1 : 0;
    if (name.length() == from) {
      return false;
    }
    for (int i = from; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!isLetterOrDigit(c) && NAME_SIGNS.indexOf(c) < 0) {
        return false;
      }
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f) {
        return false;
      }
    }
    return true;
  }

  /** Whether name and value can stand in a query as they are. */
  boolean isQueryParameter() {
    return isEncoded(name) && isEncoded(value);
  }

  private static boolean isEncoded(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      char c = (char) (bytes[i] & 0xff);
      boolean escape =
          c == '%'
              && i + 2 < bytes.length
              && Character.digit(bytes[i + 1], 16) >= 0
              && Character.digit(bytes[i + 2], 16) >= 0;
      if (!escape && !isLetterOrDigit(c) && QUERY_SIGNS.indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
