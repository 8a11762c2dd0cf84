package io.inmesh.runtime.wire;

import io.netty.util.AsciiString;
import java.util.HashMap;
import java.util.Map;

/**
 * Texts as HTTP/2 writes them. Those that recur are made once, so that their hashes are known to
 * the table that compresses them.
 */
final class Http2Names {
  private static final String[] VALUES = {
    "GET",
    "POST",
    "PUT",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "PATCH",
    "http",
    "https",
    "trailers",
    "gzip",
    "identity",
    "*/*",
    "application/grpc",
    "application/grpc+proto",
    "application/json"
  };

  private static final Map<String, AsciiString> KNOWN = known();

  private Http2Names() {}

  private static Map<String, AsciiString> known() {
    var all = new HashMap<String, AsciiString>();
    for (String name : FieldNames.common()) {
      all.put(name, AsciiString.of(name));
    }
    for (String value : VALUES) {
      all.put(value, AsciiString.of(value));
    }
    return all;
  }

  /** A text that probably recurs. */
  static AsciiString recurring(String text) {
    AsciiString known = KNOWN.get(text);
    return known == null ? text(text) : known;
  }

  /**
   * Any text: Latin-1, where what is not in it becomes a question mark, and what could end a
   * message a space.
   */
  static AsciiString text(String text) {
    var bytes = new byte[text.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = text.charAt(i);
      bytes[i] = (byte) (c > 255 ? '?' : c == '\n' || c == '\r' || c == 0 ? ' ' : c);
    }
    return new AsciiString(bytes, false);
  }
}
