package io.inmesh.xds.json;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.NullValue;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Messages of protobuf itself that have a form of their own in JSON. */
final class WellKnown {
  private static final Set<String> WRAPPERS =
      Set.of(
          "google.protobuf.BoolValue",
          "google.protobuf.BytesValue",
          "google.protobuf.DoubleValue",
          "google.protobuf.FloatValue",
          "google.protobuf.Int32Value",
          "google.protobuf.Int64Value",
          "google.protobuf.StringValue",
          "google.protobuf.UInt32Value",
          "google.protobuf.UInt64Value");
  private static final Set<String> OTHERS =
      Set.of(
          "google.protobuf.Any",
          "google.protobuf.Duration",
          "google.protobuf.ListValue",
          "google.protobuf.Struct",
          "google.protobuf.Timestamp",
          "google.protobuf.Value");

  private final JsonReader reader;

  WellKnown(JsonReader reader) {
    this.reader = reader;
  }

  static boolean hasOwnForm(Descriptor type) {
    return WRAPPERS.contains(type.getFullName()) || OTHERS.contains(type.getFullName());
  }

  /** Whether the message is one of these; it is then read. */
  boolean read(@Nullable Object json, Message.Builder into) {
    String type = into.getDescriptorForType().getFullName();
    if (WRAPPERS.contains(type)) {
      FieldDescriptor field = into.getDescriptorForType().findFieldByName("value");
      into.setField(field, reader.scalar(field, json));
      return true;
    }
    switch (type) {
      case "google.protobuf.Duration":
        duration(json, into);
        return true;
      case "google.protobuf.Timestamp":
        timestamp(json, into);
        return true;
      case "google.protobuf.Struct":
        struct(json, into);
        return true;
      case "google.protobuf.ListValue":
        list(json, into);
        return true;
      case "google.protobuf.Value":
        value(json, into);
        return true;
      default:
        return false;
    }
  }

  private void duration(@Nullable Object json, Message.Builder into) {
    String text = reader.string(json);
    try {
      Duration duration = Durations.parse(text);
      into.mergeFrom(as(into, duration));
    } catch (ParseException | IllegalArgumentException wrong) {
      throw reader.refuse("must be a duration in seconds, for instance \"1.5s\"");
    }
  }

  private void timestamp(@Nullable Object json, Message.Builder into) {
    String text = reader.string(json);
    try {
      Timestamp timestamp = Timestamps.parse(text);
      into.mergeFrom(as(into, timestamp));
    } catch (ParseException | IllegalArgumentException wrong) {
      throw reader.refuse("must be a time, for instance \"2026-01-31T12:00:00Z\"");
    }
  }

  /** The same message in the class that the builder makes. */
  private static Message as(Message.Builder into, Message message) {
    try {
      return into.getDefaultInstanceForType()
          .newBuilderForType()
          .mergeFrom(message.toByteString())
          .build();
    } catch (com.google.protobuf.InvalidProtocolBufferException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private void struct(@Nullable Object json, Message.Builder into) {
    if (!(json instanceof Map<?, ?> map)) {
      throw reader.refuse("must be an object");
    }
    FieldDescriptor fields = into.getDescriptorForType().findFieldByName("fields");
    FieldDescriptor keys = fields.getMessageType().findFieldByName("key");
    FieldDescriptor values = fields.getMessageType().findFieldByName("value");
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String key = String.valueOf(entry.getKey());
      Message.Builder member = into.newBuilderForField(fields);
      member.setField(keys, key);
      reader.inside(
          key,
          () -> {
            Message.Builder value = member.newBuilderForField(values);
            value(entry.getValue(), value);
            member.setField(values, value.build());
          });
      into.addRepeatedField(fields, member.build());
    }
  }

  private void list(@Nullable Object json, Message.Builder into) {
    if (!(json instanceof List<?> list)) {
      throw reader.refuse("must be a list");
    }
    FieldDescriptor values = into.getDescriptorForType().findFieldByName("values");
    for (int i = 0; i < list.size(); i++) {
      Object member = list.get(i);
      reader.inside(
          i,
          () -> {
            Message.Builder value = into.newBuilderForField(values);
            value(member, value);
            into.addRepeatedField(values, value.build());
          });
    }
  }

  private void value(@Nullable Object json, Message.Builder into) {
    Descriptor type = into.getDescriptorForType();
    if (json == null) {
      into.setField(type.findFieldByName("null_value"), NullValue.NULL_VALUE.getValueDescriptor());
    } else if (json instanceof Boolean) {
      into.setField(type.findFieldByName("bool_value"), json);
    } else if (json instanceof Number number) {
      into.setField(type.findFieldByName("number_value"), number.doubleValue());
    } else if (json instanceof String) {
      into.setField(type.findFieldByName("string_value"), json);
    } else {
      boolean isMap = json instanceof Map<?, ?>;
      FieldDescriptor field = type.findFieldByName(isMap ? "struct_value" : "list_value");
      Message.Builder inner = into.newBuilderForField(field);
      if (isMap) {
        struct(json, inner);
      } else {
        list(json, inner);
      }
      into.setField(field, inner.build());
    }
  }
}
