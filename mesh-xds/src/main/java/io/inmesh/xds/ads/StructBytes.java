package io.inmesh.xds.ads;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bytes of a {@code google.protobuf.Struct}, made without its messages. */
final class StructBytes {
  private static final int KEY = 1;
  private static final int VALUE = 2;

  private StructBytes() {}

  /**
   * The bytes of a map.
   *
   * @param map of strings, booleans, numbers, maps and lists of these; all else becomes null
   */
  static ByteString of(Map<?, ?> map) {
    return written(
        out -> {
          for (Map.Entry<?, ?> entry : map.entrySet()) {
            ByteString value = value(entry.getValue());
            out.writeBytes(
                Struct.FIELDS_FIELD_NUMBER,
                written(
                    member -> {
                      member.writeString(KEY, String.valueOf(entry.getKey()));
                      member.writeBytes(VALUE, value);
                    }));
          }
        });
  }

  private static ByteString value(@Nullable Object value) {
    return written(
        out -> {
          if (value instanceof String text) {
            out.writeString(Value.STRING_VALUE_FIELD_NUMBER, text);
          } else if (value instanceof Boolean flag) {
            out.writeBool(Value.BOOL_VALUE_FIELD_NUMBER, flag);
          } else if (value instanceof Number number) {
            out.writeDouble(Value.NUMBER_VALUE_FIELD_NUMBER, number.doubleValue());
          } else if (value instanceof Map<?, ?> map) {
            out.writeBytes(Value.STRUCT_VALUE_FIELD_NUMBER, of(map));
          } else if (value instanceof List<?> list) {
            out.writeBytes(Value.LIST_VALUE_FIELD_NUMBER, list(list));
          } else {
            out.writeEnum(Value.NULL_VALUE_FIELD_NUMBER, 0);
          }
        });
  }

  private static ByteString list(List<?> list) {
    return written(
        out -> {
          for (Object each : list) {
            out.writeBytes(ListValue.VALUES_FIELD_NUMBER, value(each));
          }
        });
  }

  /** Writes fields. */
  private interface Fields {
    void to(CodedOutputStream out) throws IOException;
  }

  private static ByteString written(Fields fields) {
    var bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.to(out);
      out.flush();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }
}
