package io.inmesh.xds.codec;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.inmesh.config.Metadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Metadata, and the JSON-like values in it. Maps are written in the order of their keys. */
final class MetadataCodec {
  private MetadataCodec() {}

  static Metadata metadata(Decoding in, io.inmesh.proto.envoy.config.core.v3.Metadata message) {
    if (message.getFilterMetadataCount() == 0) {
      return Metadata.EMPTY;
    }
    var namespaces = new HashMap<String, Map<String, Object>>();
    message
        .getFilterMetadataMap()
        .forEach((namespace, values) -> namespaces.put(in.text(namespace), struct(in, values)));
    return new Metadata(namespaces);
  }

  static io.inmesh.proto.envoy.config.core.v3.Metadata metadata(Metadata metadata) {
    var message = io.inmesh.proto.envoy.config.core.v3.Metadata.newBuilder();
    new TreeMap<>(metadata.byNamespace())
        .forEach((namespace, values) -> message.putFilterMetadata(namespace, struct(values)));
    return message.build();
  }

  /** The values of the load balancer's namespace. */
  static Map<String, Object> subset(
      Decoding in, io.inmesh.proto.envoy.config.core.v3.Metadata message) {
    Struct values = message.getFilterMetadataMap().get(Metadata.LB);
    for (String namespace : message.getFilterMetadataMap().keySet()) {
      if (!namespace.equals(Metadata.LB)) {
        in.ignored("filter_metadata", "only " + Metadata.LB + " is matched, not " + namespace);
      }
    }
    return values == null ? Map.of() : struct(in, values);
  }

  static io.inmesh.proto.envoy.config.core.v3.Metadata subset(Map<String, Object> values) {
    return io.inmesh.proto.envoy.config.core.v3.Metadata.newBuilder()
        .putFilterMetadata(Metadata.LB, struct(values))
        .build();
  }

  static Map<String, Object> struct(Decoding in, Struct struct) {
    if (struct.getFieldsCount() == 0) {
      return Map.of();
    }
    var values = new HashMap<String, Object>();
    struct.getFieldsMap().forEach((key, value) -> values.put(in.text(key), value(in, value)));
    return Map.copyOf(values);
  }

  static Struct struct(Map<String, Object> values) {
    var struct = Struct.newBuilder();
    new TreeMap<>(values).forEach((key, value) -> struct.putFields(key, value(value)));
    return struct.build();
  }

  private static Object value(Decoding in, Value value) {
    switch (value.getKindCase()) {
      case NUMBER_VALUE:
        return value.getNumberValue();
      case STRING_VALUE:
        return in.text(value.getStringValue());
      case BOOL_VALUE:
        return value.getBoolValue();
      case STRUCT_VALUE:
        return struct(in, value.getStructValue());
      case LIST_VALUE:
        var members = new ArrayList<Object>();
        value.getListValue().getValuesList().forEach(member -> members.add(value(in, member)));
        return List.copyOf(members);
      default:
        return Metadata.NULL;
    }
  }

  static Value value(Object value) {
    var message = Value.newBuilder();
    if (value instanceof Number number) {
      message.setNumberValue(number.doubleValue());
    } else if (value instanceof String text) {
      message.setStringValue(text);
    } else if (value instanceof Boolean bool) {
      message.setBoolValue(bool);
    } else if (value instanceof Map<?, ?> map) {
      var struct = Struct.newBuilder();
      var sorted = new TreeMap<String, Object>();
      map.forEach((key, member) -> sorted.put(String.valueOf(key), member));
      sorted.forEach((key, member) -> struct.putFields(key, value(member)));
      message.setStructValue(struct);
    } else if (value instanceof List<?> list) {
      var members = ListValue.newBuilder();
      list.forEach(member -> members.addValues(value(member)));
      message.setListValue(members);
    } else {
      message.setNullValue(NullValue.NULL_VALUE);
    }
    return message.build();
  }
}
