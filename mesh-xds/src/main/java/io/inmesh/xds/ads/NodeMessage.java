package io.inmesh.xds.ads;

import com.google.protobuf.Struct;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import io.inmesh.config.Locality;
import io.inmesh.config.Metadata;
import io.inmesh.config.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** Nodes as messages. */
public final class NodeMessage {
  /** The metadata by which a plane knows our own clients. */
  public static final String INMESH = "INMESH";

  /** How our own clients call themselves in {@code user_agent_name}. */
  public static final String USER_AGENT = "inmesh";

  private static final String WRAPPED_RESOURCES = "xds.config.resource-in-sotw";

  private NodeMessage() {}

  /**
   * The message with which a client introduces itself. Its metadata is seen by whoever reads the
   * bytes of the message, not by {@code getMetadata}.
   */
  public static io.inmesh.proto.envoy.config.core.v3.Node of(Node node) {
    Locality locality = node.locality();
    var metadata = new LinkedHashMap<String, Object>(node.metadata());
    metadata.putIfAbsent(INMESH, Map.of("version", version()));
    return io.inmesh.proto.envoy.config.core.v3.Node.newBuilder()
        .setId(node.id())
        .setCluster(node.cluster())
        .setUnknownFields(metadata(metadata))
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

  /**
   * The field as bytes, because the map in a Struct would load descriptors before the first call.
   */
  private static UnknownFieldSet metadata(Map<String, Object> metadata) {
    var field =
        UnknownFieldSet.Field.newBuilder().addLengthDelimited(StructBytes.of(metadata)).build();
    return UnknownFieldSet.newBuilder()
        .addField(io.inmesh.proto.envoy.config.core.v3.Node.METADATA_FIELD_NUMBER, field)
        .build();
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
