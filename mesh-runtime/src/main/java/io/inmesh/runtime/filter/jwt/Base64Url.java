package io.inmesh.runtime.filter.jwt;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Base64url as lenient as Envoy reads it: white space is passed over, padding may be left out, and
 * bits that no byte needs may be anything.
 */
final class Base64Url {
  private static final byte[] VALUES = new byte[128];

  static {
    Arrays.fill(VALUES, (byte) -1);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int i = 0; i < alphabet.length(); i++) {
      VALUES[alphabet.charAt(i)] = (byte) i;
    }
  }

  private Base64Url() {}

  /** The bytes; null if the text is none. */
  static byte @Nullable [] decode(String text) {
    byte[] out = new byte[text.length() * 3 / 4 + 3];
    int bytes = 0;
    int bits = 0;
    int held = 0;
    int symbols = 0;
    int at = 0;
    for (; at < text.length() && text.charAt(at) != '='; at++) {
      char c = text.charAt(at);
      if (isSpace(c)) {
        continue;
      }
      int value = c < 128 ? VALUES[c] : -1;
      if (value < 0) {
        return null;
      }
      symbols++;
      held = held << 6 | value;
      bits += 6;
      if (bits >= 8) {
        bits -= 8;
        out[bytes++] = (byte) (held >> bits);
      }
    }
    return isPadding(text, at, symbols % 4) ? Arrays.copyOf(out, bytes) : null;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  private static boolean isPadding(String text, int from, int leftOver) {
    int equals = 0;
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) == '=') {
        equals++;
      } else if (!isSpace(text.charAt(i))) {
        return false;
      }
    }
    return leftOver != 1 && (equals == 0 || (leftOver > 1 && equals == 4 - leftOver));
  }
}
