package io.inmesh.config;

import java.util.ArrayList;
import java.util.List;

/**
 * A format string of Envoy's: text with commands such as {@code %REQ(x-a?x-b):10%}. Source: Envoy's
 * access log documentation, "Format Strings".
 *
 * @param source as it was written
 * @param parts text and commands in order
 */
public record Format(String source, List<Part> parts) {
  public Format {
    parts = List.copyOf(parts);
  }

  /** A piece of a format. */
  public sealed interface Part {}

  /** Text as it is. */
  public record Text(String text) implements Part {}

  /**
   * A command.
   *
   * @param argument what stood in parentheses, or empty
   * @param maxLength cuts the value; -1 for no limit
   */
  public record Command(String name, String argument, int maxLength) implements Part {}

  /** The same text as a format without commands. */
  public static Format literal(String text) {
    return new Format(
        text.replace("%", "%%"), text.isEmpty() ? List.of() : List.of(new Text(text)));
  }

  /**
   * Reads a format string. {@code %%} is a percent sign. Whether a command exists is not looked at
   * here.
   *
   * @throws IllegalArgumentException where the syntax is wrong, naming the position
   */
  public static Format parse(String source) {
    var parts = new ArrayList<Part>();
    var text = new StringBuilder();
    int at = 0;
    while (at < source.length()) {
      char c = source.charAt(at);
      if (c != '%') {
        text.append(c);
        at++;
      } else if (source.startsWith("%%", at)) {
        text.append('%');
        at += 2;
      } else {
        if (text.length() > 0) {
          parts.add(new Text(text.toString()));
          text.setLength(0);
        }
        at = command(source, at, parts);
      }
    }
    if (text.length() > 0) {
      parts.add(new Text(text.toString()));
    }
    return new Format(source, parts);
  }

  private static int command(String source, int start, List<Part> parts) {
    int at = start + 1;
    while (at < source.length() && isName(source.charAt(at))) {
      at++;
    }
    String name = source.substring(start + 1, at);
    String argument = "";
    if (!name.isEmpty() && at < source.length() && source.charAt(at) == '(') {
      int close = source.indexOf(')', at);
      if (close < 0) {
        throw wrong(source, start);
      }
      argument = source.substring(at + 1, close);
      at = close + 1;
    }
    int maxLength = -1;
    if (!name.isEmpty() && at < source.length() && source.charAt(at) == ':') {
      int from = ++at;
      while (at < source.length() && source.charAt(at) >= '0' && source.charAt(at) <= '9') {
        at++;
      }
      if (at == from || at - from > 9) {
        throw wrong(source, start);
      }
      maxLength = Integer.parseInt(source.substring(from, at));
    }
    if (name.isEmpty() || at >= source.length() || source.charAt(at) != '%') {
      throw wrong(source, start);
    }
    parts.add(new Command(name, argument, maxLength));
    return at + 1;
  }

  private static boolean isName(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  private static IllegalArgumentException wrong(String source, int at) {
    return new IllegalArgumentException(
        "incorrect format string \"" + source + "\": no valid command at position " + at);
  }
}
