package io.inmesh.runtime.admin;

import java.lang.reflect.RecordComponent;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Values as JSON: records by their components, maps, iterables, optionals (null if empty), numbers,
 * booleans; anything else by its text. Not for the call path: it uses reflection.
 */
public final class JsonText {
  private final StringBuilder out = new StringBuilder();
  private final boolean indented;

  private JsonText(boolean indented) {
    this.indented = indented;
  }

  /** In one line. */
  public static String line(@Nullable Object value) {
    return of(value, false);
  }

  /** In indented lines. */
  public static String lines(@Nullable Object value) {
    return of(value, true);
  }

  private static String of(@Nullable Object value, boolean indented) {
    var text = new JsonText(indented);
    text.value(value, 0);
    return text.out.toString();
  }

  /** Text that is JSON already, and stands in the result as it is. */
  public record Raw(String json) {}

  private void value(@Nullable Object value, int depth) {
    if (value instanceof Optional<?> optional) {
      value(optional.orElse(null), depth);
    } else if (value instanceof Raw raw) {
      out.append(raw.json());
    } else if (value instanceof Map<?, ?> map) {
      object(map.entrySet().iterator(), depth);
    } else if (value instanceof Iterable<?> list) {
      list(list.iterator(), depth);
    } else if (value instanceof Record whole) {
      record(whole, depth);
    } else if (value == null || value instanceof Boolean || isNumber(value)) {
      out.append(value);
    } else {
      string(String.valueOf(value));
    }
  }

  /** JSON has no other numbers. */
  private static boolean isNumber(Object value) {
    return value instanceof Number number
        && (value instanceof Integer || value instanceof Long || isFinite(number));
  }

  private static boolean isFinite(Number number) {
    return number instanceof Double && Double.isFinite(number.doubleValue());
  }

  private void object(Iterator<? extends Map.Entry<?, ?>> members, int depth) {
    out.append('{');
    boolean any = members.hasNext();
    while (members.hasNext()) {
      Map.Entry<?, ?> member = members.next();
      member(String.valueOf(member.getKey()), member.getValue(), depth + 1);
      out.append(members.hasNext() ? "," : "");
    }
    end(any, depth, '}');
  }

  private void record(Record whole, int depth) {
    out.append('{');
    RecordComponent[] components = whole.getClass().getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      out.append(i == 0 ? "" : ",");
      try {
        member(components[i].getName(), components[i].getAccessor().invoke(whole), depth + 1);
      } catch (ReflectiveOperationException closed) {
        throw new IllegalArgumentException("not a public record: " + whole.getClass(), closed);
      }
    }
    end(components.length > 0, depth, '}');
  }

  private void member(String name, @Nullable Object value, int depth) {
    newLine(depth);
    string(name);
    out.append(indented ? ": " : ":");
    value(value, depth);
  }

  private void list(Iterator<?> members, int depth) {
    out.append('[');
    boolean any = members.hasNext();
    while (members.hasNext()) {
      newLine(depth + 1);
      value(members.next(), depth + 1);
      out.append(members.hasNext() ? "," : "");
    }
    end(any, depth, ']');
  }

  private void end(boolean any, int depth, char bracket) {
    if (any) {
      newLine(depth);
    }
    out.append(bracket);
  }

  private void newLine(int depth) {
    if (indented) {
      out.append('\n').append("  ".repeat(depth));
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c == '\n') {
        out.append("\\n");
      } else if (c < ' ' || c == 0x2028 || c == 0x2029 || c == '<' || Character.isSurrogate(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
