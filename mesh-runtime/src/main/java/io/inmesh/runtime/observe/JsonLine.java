package io.inmesh.runtime.observe;

import org.jspecify.annotations.Nullable;

/** Writes one flat JSON object in one line. Reused; owner: whoever calls {@link #begin}. */
final class JsonLine {
  private static final char[] HEX = "0123456789abcdef".toCharArray();
  private final StringBuilder text = new StringBuilder(1024);

  JsonLine begin() {
    text.setLength(0);
    text.append('{');
    return this;
  }

  /** Null and "" are both told as null. */
  JsonLine put(String name, @Nullable String value) {
    name(name);
    if (value == null || value.isEmpty()) {
      text.append("null");
    } else {
      quote(value);
    }
    return this;
  }

  JsonLine put(String name, long value) {
    name(name).text.append(value);
    return this;
  }

  private JsonLine name(String name) {
    text.append(text.length() == 1 ? "\"" : ",\"").append(name).append("\":");
    return this;
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ' || c == 0x7f || Character.isSurrogate(c)) {
        text.append("\\u")
            .append(HEX[c >> 12])
            .append(HEX[c >> 8 & 15])
            .append(HEX[c >> 4 & 15])
            .append(HEX[c & 15]);
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }

  String end() {
    return text.append('}').toString();
  }
}
