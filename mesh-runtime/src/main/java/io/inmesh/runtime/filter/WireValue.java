package io.inmesh.runtime.filter;

import io.inmesh.config.Metadata;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A serialized google.protobuf.Value as a JSON-like value. Read by hand, because the call path has
 * no protobuf.
 */
final class WireValue {
  private static final int MOST_DEPTH = 32;

  private WireValue() {}

  /** The value; null if the bytes are none. */
  static @Nullable Object read(byte[] bytes) {
    try {
      return value(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), MOST_DEPTH);
    } catch (BufferUnderflowException | IllegalArgumentException malformed) {
      return null;
    }
  }

  private static @Nullable Object value(ByteBuffer in, int depth) {
    if (depth == 0) {
      throw new IllegalArgumentException("nested too deeply");
    }
    Object value = null;
    while (in.hasRemaining()) {
      int tag = (int) varint(in);
      switch (tag >>> 3) {
        case 1 -> {
          varint(in);
          value = Metadata.NULL;
        }
        case 2 -> value = in.getDouble();
        case 3 -> value = StandardCharsets.UTF_8.decode(message(in)).toString();
        case 4 -> value = varint(in) != 0;
        case 5 -> value = struct(message(in), depth - 1);
        case 6 -> value = list(message(in), depth - 1);
        default -> throw new IllegalArgumentException("unknown field");
      }
    }
    return value;
  }

  private static Map<String, Object> struct(ByteBuffer in, int depth) {
    var fields = new HashMap<String, Object>();
    while (in.hasRemaining()) {
      varint(in);
      ByteBuffer entry = message(in);
      String name = "";
      Object value = null;
      while (entry.hasRemaining()) {
        if ((int) varint(entry) >>> 3 == 1) {
          name = StandardCharsets.UTF_8.decode(message(entry)).toString();
        } else {
          value = value(message(entry), depth);
        }
      }
      fields.put(name, value == null ? Metadata.NULL : value);
    }
    return Map.copyOf(fields);
  }

  private static List<Object> list(ByteBuffer in, int depth) {
    var members = new ArrayList<Object>();
    while (in.hasRemaining()) {
      varint(in);
      Object value = value(message(in), depth);
      members.add(value == null ? Metadata.NULL : value);
    }
    return List.copyOf(members);
  }

  private static ByteBuffer message(ByteBuffer in) {
    long length = varint(in);
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("cut off");
    }
    ByteBuffer part = in.slice(in.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + (int) length);
    return part;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("too long a number");
  }
}
