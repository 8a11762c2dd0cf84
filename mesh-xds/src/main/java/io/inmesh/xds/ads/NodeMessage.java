package io.inmesh.xds.ads;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.inmesh.config.Locality;
import io.inmesh.config.Metadata;
import io.inmesh.config.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Nodes as messages. */
public final class NodeMessage {
  /** The metadata by which a plane knows our own clients. */
  public static final String INMESH = "INMESH";

  /** How our own clients call themselves in {@code user_agent_name}. */
  public static final String USER_AGENT = "inmesh";

  private static final String WRAPPED_RESOURCES = "xds.config.resource-in-sotw";

  private NodeMessage() {}

  /** The message with which a client introduces itself. */
  public static io.inmesh.proto.envoy.config.core.v3.Node of(Node node) {
    Locality locality = node.locality();
    Struct.Builder metadata = struct(node.metadata()).toBuilder();
    if (!node.metadata().containsKey(INMESH)) {
      metadata.putFields(INMESH, value(Map.of("version", version())));
    }
    return io.inmesh.proto.envoy.config.core.v3.Node.newBuilder()
        .setId(node.id())
        .setCluster(node.cluster())
        .setMetadata(metadata)
        .setLocality(
            io.inmesh.proto.envoy.config.core.v3.Locality.newBuilder()
                .setRegion(locality.region())
                .setZone(locality.zone())
                .setSubZone(locality.subZone()))
        .setUserAgentName(USER_AGENT)
        .setUserAgentVersion(version())
        .addClientFeatures(WRAPPED_RESOURCES)
        .build();
  }

  private static String version() {
    String version = NodeMessage.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** What a client says of itself. */
  public static Node read(io.inmesh.proto.envoy.config.core.v3.Node message) {
    var locality = message.getLocality();
    return new Node(
        message.getId(),
        message.getCluster(),
        new Locality(locality.getRegion(), locality.getZone(), locality.getSubZone()),
        map(message.getMetadata()));
  }

  private static Struct struct(Map<?, ?> map) {
    Struct.Builder struct = Struct.newBuilder();
    map.forEach((name, value) -> struct.putFields(String.valueOf(name), value(value)));
    return struct.build();
  }

  private static Value value(@Nullable Object value) {
    Value.Builder built = Value.newBuilder();
    if (value instanceof String text) {
      built.setStringValue(text);
    } else if (value instanceof Boolean flag) {
      built.setBoolValue(flag);
    } else if (value instanceof Number number) {
      built.setNumberValue(number.doubleValue());
    } else if (value instanceof Map<?, ?> map) {
      built.setStructValue(struct(map));
    } else if (value instanceof List<?> list) {
      ListValue.Builder values = ListValue.newBuilder();
      list.forEach(each -> values.addValues(value(each)));
      built.setListValue(values);
    } else {
      built.setNullValue(NullValue.NULL_VALUE);
    }
    return built.build();
  }

  private static Map<String, Object> map(Struct struct) {
    var map = new LinkedHashMap<String, Object>();
    struct.getFieldsMap().forEach((name, value) -> map.put(name, object(value)));
    return map;
  }

  private static Object object(Value value) {
    switch (value.getKindCase()) {
      case STRING_VALUE:
        return value.getStringValue();
      case BOOL_VALUE:
        return value.getBoolValue();
      case NUMBER_VALUE:
        return value.getNumberValue();
      case STRUCT_VALUE:
        return map(value.getStructValue());
      case LIST_VALUE:
        var list = new ArrayList<Object>();
        value.getListValue().getValuesList().forEach(each -> list.add(object(each)));
        return list;
      default:
        return Metadata.NULL;
    }
  }
}
