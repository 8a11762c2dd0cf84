package io.inmesh.runtime.wire;

/** Tokens of RFC 9110, 5.6.2. */
final class Tokens {
  private static final byte[] LOWER = new byte[128];

  static {
    for (char c = '0'; c <= '9'; c++) {
      LOWER[c] = (byte) c;
    }
    for (char c = 'a'; c <= 'z'; c++) {
      LOWER[c] = (byte) c;
      LOWER[c - 32] = (byte) c;
    }
    for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
      LOWER[c] = (byte) c;
    }
  }

  /** What may stand in a host with a port, besides letters and digits; as in Envoy. */
  private static final boolean[] AUTHORITY = new boolean[128];

  static {
    for (char c = '0'; c <= 'z'; c++) {
      AUTHORITY[c] = LOWER[c] != 0 && Character.isLetterOrDigit(c);
    }
    for (char c : "-._~!$&'()*+,;=:[]@%".toCharArray()) {
      AUTHORITY[c] = true;
    }
  }

  private Tokens() {}

  /** Whether it may be a host with a port. */
  static boolean isAuthority(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 128 || !AUTHORITY[c]) {
        return false;
      }
    }
    return true;
  }

  /** Whether it may be a method. */
  static boolean isToken(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 128 || LOWER[text.charAt(i)] == 0) {
        return false;
      }
    }
    return text.length() > 0;
  }

  /** Whether it may be a path with a query, or an asterisk: visible ASCII without a fragment. */
  static boolean isTarget(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c >= 127 || c == '#') {
        return false;
      }
    }
    return text.length() > 0
        && (text.charAt(0) == '/' || (text.charAt(0) == '*' && text.length() == 1));
  }

  /** Whether a character, or a byte from 0 to 255, may not stand in a value. */
  static boolean isControl(int c) {
    return (c < ' ' && c != '\t') || c == 127;
  }

  /** The lower case of a byte of a token; 0 if it may not stand in one. */
  static byte lower(byte b) {
    return b < 0 ? 0 : LOWER[b];
  }

  /** Whether a comma-separated list has an element, in any case. */
  static boolean has(String list, String wanted) {
    if (list.length() == wanted.length()) {
      return list.equalsIgnoreCase(wanted);
    }
    int at = 0;
    while (at <= list.length()) {
      int comma = list.indexOf(',', at);
      int end = comma < 0 ? list.length() : comma;
      if (list.substring(at, end).strip().equalsIgnoreCase(wanted)) {
        return true;
      }
      at = end + 1;
    }
    return false;
  }
}
