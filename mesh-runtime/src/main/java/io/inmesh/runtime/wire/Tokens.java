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

  private Tokens() {}

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
