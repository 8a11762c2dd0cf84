package io.inmesh.runtime.filter.jwt;

import io.inmesh.config.Metadata;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A strict reader of JSON objects. Values are those of metadata: numbers are doubles. A member that
 * is there twice makes the whole invalid, because what comes later in the chain could read the
 * other one. Source: RFC 8259.
 */
final class JsonObject {
  private static final int MOST_DEPTH = 64;

  private final String text;
  private int at;

  private JsonObject(String text) {
    this.text = text;
  }

  private static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Malformed() {
      super("not JSON", null, false, false);
    }
  }

  /** The members; null if these are not the bytes of an object. */
  static @Nullable Map<String, Object> read(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return read(text);
    } catch (CharacterCodingException notText) {
      return null;
    }
  }

  /** The members; null if this is no object. */
  static @Nullable Map<String, Object> read(String text) {
    try {
      var reader = new JsonObject(text);
      reader.space();
      Map<String, Object> members = reader.object(0);
      reader.space();
      return reader.at == text.length() ? members : null;
    } catch (Malformed notJson) {
      return null;
    }
  }

  private char peek() {
    if (at >= text.length()) {
      throw new Malformed();
    }
    return text.charAt(at);
  }

  private void expect(char c) {
    if (peek() != c) {
      throw new Malformed();
    }
    at++;
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private Map<String, Object> object(int depth) {
    expect('{');
    space();
    if (peek() == '}') {
      at++;
      return Map.of();
    }
    var members = new LinkedHashMap<String, Object>();
    while (true) {
      space();
      String name = string();
      space();
      expect(':');
      if (members.put(name, value(depth + 1)) != null) {
        throw new Malformed();
      }
      space();
      if (peek() == '}') {
        at++;
        return Collections.unmodifiableMap(members);
      }
      expect(',');
    }
  }

  private List<Object> array(int depth) {
    expect('[');
    space();
    if (peek() == ']') {
      at++;
      return List.of();
    }
    var elements = new ArrayList<Object>();
    while (true) {
      elements.add(value(depth + 1));
      space();
      if (peek() == ']') {
        at++;
        return Collections.unmodifiableList(elements);
      }
      expect(',');
    }
  }

  private Object value(int depth) {
    if (depth > MOST_DEPTH) {
      throw new Malformed();
    }
    space();
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        return string();
      case 't':
        return word("true", true);
      case 'f':
        return word("false", false);
      case 'n':
        return word("null", Metadata.NULL);
      default:
        return number();
    }
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) {
      throw new Malformed();
    }
    at += word.length();
    return value;
  }

  private Double number() {
    int from = at;
    if (peek() == '-') {
      at++;
    }
    int digits = at;
    int count = digits();
    if (count == 0 || (count > 1 && text.charAt(digits) == '0')) {
      throw new Malformed();
    }
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      need(digits());
    }
    if (at < text.length() && (text.charAt(at) | 0x20) == 'e') {
      at++;
      if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
        at++;
      }
      need(digits());
    }
    double value = Double.parseDouble(text.substring(from, at));
    if (Double.isInfinite(value)) {
      throw new Malformed();
    }
    return value;
  }

  private static void need(int digits) {
    if (digits == 0) {
      throw new Malformed();
    }
  }

  private int digits() {
    int from = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at - from;
  }

  private String string() {
    expect('"');
    int from = at;
    while (peek() != '"' && peek() != '\\' && peek() >= ' ') {
      at++;
    }
    if (peek() == '"') {
      return text.substring(from, at++);
    }
    var out = new StringBuilder(text.substring(from, at));
    while (peek() != '"') {
      char c = text.charAt(at++);
      if (c < ' ') {
        throw new Malformed();
      }
      out.append(c == '\\' ? escaped() : c);
    }
    at++;
    return out.toString();
  }

  private char escaped() {
    char c = peek();
    at++;
    int plain = "\"\\/bfnrt".indexOf(c);
    if (plain >= 0) {
      return "\"\\/\b\f\n\r\t".charAt(plain);
    }
    if (c != 'u' || at + 4 > text.length()) {
      throw new Malformed();
    }
    int code = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(text.charAt(at++), 16);
      if (digit < 0) {
        throw new Malformed();
      }
      code = code << 4 | digit;
    }
    return (char) code;
  }
}
