package io.inmesh.runtime.filter.wire;

import io.inmesh.config.Metadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** google.protobuf.Value and Struct as JSON-like values. */
public final class WireValue {
  private static final int MOST_DEPTH = 32;

  private WireValue() {}

  /** The value; null if the bytes are none. */
  public static @Nullable Object read(byte[] bytes) {
    try {
      return value(WireReader.of(bytes), MOST_DEPTH);
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }

  /**
   * A Struct.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Map<String, Object> struct(WireReader in) {
    return struct(in, MOST_DEPTH);
  }

  private static @Nullable Object value(WireReader in, int depth) {
    if (depth == 0) {
      throw new IllegalArgumentException("nested too deeply");
    }
    Object value = null;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> {
          in.skip();
          value = Metadata.NULL;
        }
        case 2 -> value = in.floating();
        case 3 -> value = in.text();
        case 4 -> value = in.number() != 0;
        case 5 -> value = struct(in.message(), depth - 1);
        case 6 -> value = list(in.message(), depth - 1);
        default -> throw new IllegalArgumentException("unknown field");
      }
    }
    return value;
  }

  private static Map<String, Object> struct(WireReader in, int depth) {
    var fields = new HashMap<String, Object>();
    while (in.next()) {
      WireReader entry = in.message();
      String name = "";
      Object value = null;
      while (entry.next()) {
        if (entry.field() == 1) {
          name = entry.text();
        } else {
          value = value(entry.message(), depth);
        }
      }
      fields.put(name, value == null ? Metadata.NULL : value);
    }
    return Map.copyOf(fields);
  }

  private static List<Object> list(WireReader in, int depth) {
    var members = new ArrayList<Object>();
    while (in.next()) {
      Object value = value(in.message(), depth);
      members.add(value == null ? Metadata.NULL : value);
    }
    return List.copyOf(members);
  }

  /** A Struct. */
  public static WireWriter struct(Map<?, ?> fields) {
    var out = new WireWriter();
    fields.forEach(
        (name, value) ->
            out.message(
                1, new WireWriter().presentText(1, String.valueOf(name)).message(2, value(value))));
    return out;
  }

  /** A Value. */
  private static WireWriter value(@Nullable Object value) {
    var out = new WireWriter();
    if (value instanceof String text) {
      return out.presentText(3, text);
    }
    if (value instanceof Number number) {
      return out.presentDouble(2, number.doubleValue());
    }
    if (value instanceof Boolean flag) {
      return out.presentNumber(4, flag ? 1 : 0);
    }
    if (value instanceof Map<?, ?> map) {
      return out.message(5, struct(map));
    }
    if (value instanceof List<?> list) {
      var members = new WireWriter();
      list.forEach(member -> members.message(1, value(member)));
      return out.message(6, members);
    }
    return out.presentNumber(1, 0);
  }
}
