package io.inmesh.xds.json;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Fills one message from a JSON-like value, and knows where in the value it is. */
final class JsonReader {
  private static final int DEEPEST = 100;
  private static final String TYPE = "@type";

  private final TypeRegistry types;
  private final WellKnown wellKnown;
  private final List<Object> path = new ArrayList<>();

  JsonReader(TypeRegistry types) {
    this.types = types;
    this.wellKnown = new WellKnown(this);
  }

  ProtoJsonException refuse(String reason) {
    return new ProtoJsonException(path, reason);
  }

  void read(@Nullable Object json, Message.Builder into) {
    if (path.size() > DEEPEST) {
      throw refuse("is nested too deeply");
    }
    Descriptor type = into.getDescriptorForType();
    if (type.getFullName().equals("google.protobuf.Any")) {
      any(json, into);
    } else if (!wellKnown.read(json, into)) {
      fields(object(json, type.getFullName()), into);
    }
  }

  private Map<?, ?> object(@Nullable Object json, String type) {
    if (json instanceof Map<?, ?> map) {
      return map;
    }
    throw refuse("must be an object (" + type + ")");
  }

  private void fields(Map<?, ?> json, Message.Builder into) {
    Descriptor type = into.getDescriptorForType();
    for (Map.Entry<?, ?> entry : json.entrySet()) {
      String key = String.valueOf(entry.getKey());
      path.add(key);
      if (key.equals(TYPE)) {
        sameType(entry.getValue(), type);
      } else {
        FieldDescriptor field = field(type, key);
        if (field == null) {
          throw refuse("unknown field of " + type.getFullName());
        }
        // Null stands for a field that is not given, but for a Value it is a value.
        boolean absent = entry.getValue() == null && !takesNull(field);
        if (!absent) {
          field(field, entry.getValue(), into);
        }
      }
      path.remove(path.size() - 1);
    }
  }

  private void sameType(@Nullable Object url, Descriptor type) {
    if (!(url instanceof String text)
        || !text.substring(text.lastIndexOf('/') + 1).equals(type.getFullName())) {
      throw refuse("must be " + type.getFullName() + " here");
    }
  }

  private static @Nullable FieldDescriptor field(Descriptor type, String key) {
    FieldDescriptor field = type.findFieldByName(key);
    if (field != null) {
      return field;
    }
    for (FieldDescriptor each : type.getFields()) {
      if (each.getJsonName().equals(key)) {
        return each;
      }
    }
    return null;
  }

  private static boolean takesNull(FieldDescriptor field) {
    return !field.isRepeated()
        && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && field.getMessageType().getFullName().equals("google.protobuf.Value");
  }

  private void field(FieldDescriptor field, @Nullable Object json, Message.Builder into) {
    if (field.isMapField()) {
      map(field, json, into);
      return;
    }
    if (field.isRepeated()) {
      repeated(field, json, into);
      return;
    }
    if (field.getContainingOneof() != null && into.hasOneof(field.getContainingOneof())) {
      throw refuse(
          "only one may be given of this and "
              + into.getOneofFieldDescriptor(field.getContainingOneof()).getName());
    }
    if (field.hasPresence() && into.hasField(field)) {
      throw refuse("is given twice");
    }
    into.setField(field, value(field, json, into));
  }

  private void repeated(FieldDescriptor field, @Nullable Object json, Message.Builder into) {
    if (!(json instanceof List<?> list)) {
      throw refuse("must be a list");
    }
    for (int i = 0; i < list.size(); i++) {
      path.add(i);
      if (list.get(i) == null) {
        throw refuse("must not be null");
      }
      into.addRepeatedField(field, value(field, list.get(i), into));
      path.remove(path.size() - 1);
    }
  }

  private void map(FieldDescriptor field, @Nullable Object json, Message.Builder into) {
    FieldDescriptor keys = field.getMessageType().findFieldByName("key");
    FieldDescriptor values = field.getMessageType().findFieldByName("value");
    for (Map.Entry<?, ?> entry : object(json, "map").entrySet()) {
      String key = String.valueOf(entry.getKey());
      path.add(key);
      Message.Builder member = into.newBuilderForField(field);
      member.setField(keys, scalar(keys, key));
      member.setField(values, value(values, entry.getValue(), member));
      into.addRepeatedField(field, member.build());
      path.remove(path.size() - 1);
    }
  }

  private Object value(FieldDescriptor field, @Nullable Object json, Message.Builder owner) {
    if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      return scalar(field, json);
    }
    Message.Builder message = owner.newBuilderForField(field);
    read(json, message);
    return message.build();
  }

  private void any(@Nullable Object json, Message.Builder into) {
    Map<?, ?> map = object(json, "google.protobuf.Any");
    if (map.isEmpty()) {
      return;
    }
    if (!(map.get(TYPE) instanceof String url)) {
      throw refuse("needs \"@type\", the type of the message");
    }
    String name = url.substring(url.lastIndexOf('/') + 1);
    Descriptor type = types.find(name);
    if (type == null) {
      path.add(TYPE);
      throw refuse("unknown type " + name);
    }
    var content = DynamicMessage.newBuilder(type);
    if (WellKnown.hasOwnForm(type)) {
      path.add("value");
      read(map.get("value"), content);
      path.remove(path.size() - 1);
    } else {
      fields(map, content);
    }
    Descriptor any = into.getDescriptorForType();
    into.setField(any.findFieldByName("type_url"), url);
    into.setField(any.findFieldByName("value"), content.build().toByteString());
  }

  Object scalar(FieldDescriptor field, @Nullable Object json) {
    switch (field.getJavaType()) {
      case STRING:
        return string(json);
      case BOOLEAN:
        return bool(json);
      case INT:
        return (int) integer(json, isUnsigned(field) ? 0 : Integer.MIN_VALUE, most(field));
      case LONG:
        return integer64(json, isUnsigned(field));
      case DOUBLE:
        return number(json);
      case FLOAT:
        return (float) number(json);
      case ENUM:
        return constant(field, json);
      default:
        return bytes(json);
    }
  }

  private static long most(FieldDescriptor field) {
    return isUnsigned(field) ? 0xFFFF_FFFFL : Integer.MAX_VALUE;
  }

  private static boolean isUnsigned(FieldDescriptor field) {
    switch (field.getType()) {
      case UINT32:
      case UINT64:
      case FIXED32:
      case FIXED64:
        return true;
      default:
        return false;
    }
  }

  String string(@Nullable Object json) {
    if (json instanceof String text) {
      return text;
    }
    throw refuse("must be a string" + (json == null ? "" : "; put it in quotes"));
  }

  boolean bool(@Nullable Object json) {
    if (json instanceof Boolean value) {
      return value;
    }
    // Keys of maps are always strings.
    if ("true".equals(json) || "false".equals(json)) {
      return "true".equals(json);
    }
    throw refuse("must be true or false");
  }

  long integer(@Nullable Object json, long least, long most) {
    long value = integer64(json, false);
    if (value < least || value > most) {
      throw refuse("must be from " + least + " to " + most);
    }
    return value;
  }

  private long integer64(@Nullable Object json, boolean unsigned) {
    String text = json instanceof Number || json instanceof String ? String.valueOf(json) : "";
    if (json instanceof Double || json instanceof Float) {
      double value = ((Number) json).doubleValue();
      if (value != Math.rint(value) || Math.abs(value) > 1L << 53) {
        throw refuse("must be a whole number, in quotes if it is large");
      }
      text = Long.toString((long) value);
    }
    try {
      return unsigned ? Long.parseUnsignedLong(text) : Long.parseLong(text);
    } catch (NumberFormatException wrong) {
      throw refuse("must be a whole number" + (unsigned ? ", not negative" : ""));
    }
  }

  double number(@Nullable Object json) {
    try {
      return json instanceof Number value
          ? value.doubleValue()
          : Double.parseDouble(json instanceof String text ? text : "");
    } catch (NumberFormatException wrong) {
      throw refuse("must be a number");
    }
  }

  private EnumValueDescriptor constant(FieldDescriptor field, @Nullable Object json) {
    EnumValueDescriptor value = null;
    if (json instanceof String name) {
      value = field.getEnumType().findValueByName(name);
    } else if (json instanceof Number) {
      value =
          field
              .getEnumType()
              .findValueByNumber((int) integer(json, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }
    return Optional.ofNullable(value)
        .orElseThrow(() -> refuse("is no value of " + field.getEnumType().getFullName()));
  }

  ByteString bytes(@Nullable Object json) {
    String text = string(json).replace('-', '+').replace('_', '/');
    try {
      return ByteString.copyFrom(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException wrong) {
      throw refuse("must be base64");
    }
  }

  /** Reads what stands under a key of the value in hand. */
  void inside(Object step, Runnable read) {
    path.add(step);
    read.run();
    path.remove(path.size() - 1);
  }
}
