package io.inmesh.xds.json;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.inmesh.config.Resource;
import io.inmesh.proto.ProtoFiles;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster;
import io.inmesh.proto.envoy.config.core.v3.TypedExtensionConfig;
import io.inmesh.proto.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.inmesh.proto.envoy.config.listener.v3.Listener;
import io.inmesh.proto.envoy.config.route.v3.RouteConfiguration;
import io.inmesh.proto.envoy.config.route.v3.VirtualHost;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.inmesh.proto.envoy.service.runtime.v3.Runtime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes proto-JSON. Field names may be the original ones or in lowerCamelCase. Unknown
 * fields, wrong values and unknown types are refused with their path.
 *
 * <p>JSON-like values are maps with string keys, lists, strings, numbers, booleans and null, as
 * readers of JSON and YAML make them. The first use loads the descriptors of all messages.
 */
public final class ProtoJson {
  private final TypeRegistry types;

  /** For all messages that are known. */
  public ProtoJson() {
    var types = TypeRegistry.newBuilder().add(Empty.getDescriptor());
    ProtoFiles.all().forEach(file -> types.add(file.getMessageTypes()));
    this.types = types.build();
  }

  /**
   * Reads JSON text into maps, lists and so on.
   *
   * @throws ProtoJsonException if it is not JSON
   */
  public static @Nullable Object parse(String text) {
    var value = Value.newBuilder();
    try {
      JsonFormat.parser().merge(text, value);
    } catch (InvalidProtocolBufferException wrong) {
      throw new ProtoJsonException(List.of(), "not JSON: " + wrong.getMessage());
    }
    return plain(value.build());
  }

  private static @Nullable Object plain(Value value) {
    switch (value.getKindCase()) {
      case STRING_VALUE:
        return value.getStringValue();
      case NUMBER_VALUE:
        return value.getNumberValue();
      case BOOL_VALUE:
        return value.getBoolValue();
      case LIST_VALUE:
        var list = new ArrayList<@Nullable Object>();
        value.getListValue().getValuesList().forEach(member -> list.add(plain(member)));
        return list;
      case STRUCT_VALUE:
        var map = new LinkedHashMap<String, @Nullable Object>();
        value.getStructValue().getFieldsMap().forEach((key, member) -> map.put(key, plain(member)));
        return map;
      default:
        return null;
    }
  }

  /**
   * The message of a resource. A {@code "@type"} in the value must be that of the resource.
   *
   * @throws ProtoJsonException if the value does not fit
   */
  public Message resource(Resource.Type type, @Nullable Object json) {
    return read(json, builder(type)).build();
  }

  /**
   * The message of a resource whose type its {@code "@type"} tells.
   *
   * @throws ProtoJsonException if there is no such type, or the value does not fit
   */
  public Message resource(@Nullable Object json) {
    Resource.Type type =
        resourceType(json)
            .orElseThrow(
                () -> new ProtoJsonException(List.of("@type"), "must name a type of resource"));
    return resource(type, json);
  }

  /** Which type of resource the {@code "@type"} of a value names. */
  public static Optional<Resource.Type> resourceType(@Nullable Object json) {
    if (json instanceof Map<?, ?> map && map.get("@type") instanceof String url) {
      String name = url.substring(url.lastIndexOf('/') + 1);
      for (Resource.Type type : Resource.Type.values()) {
        if (type.message().equals(name)) {
          return Optional.of(type);
        }
      }
    }
    return Optional.empty();
  }

  private static Message.Builder builder(Resource.Type type) {
    switch (type) {
      case LISTENER:
        return Listener.newBuilder();
      case ROUTES:
        return RouteConfiguration.newBuilder();
      case CLUSTER:
        return Cluster.newBuilder();
      case ENDPOINTS:
        return ClusterLoadAssignment.newBuilder();
      case EXTENSION:
        return TypedExtensionConfig.newBuilder();
      case RUNTIME:
        return Runtime.newBuilder();
      case VIRTUAL_HOST:
        return VirtualHost.newBuilder();
      default:
        return Secret.newBuilder();
    }
  }

  /**
   * Reads a value into a message of a type that is named, for instance of an extension.
   *
   * @throws ProtoJsonException if there is no such type, or the value does not fit
   */
  public Message message(String type, @Nullable Object json) {
    Descriptor descriptor = types.find(type);
    if (descriptor == null) {
      throw new ProtoJsonException(List.of(), "unknown type " + type);
    }
    return read(json, DynamicMessage.newBuilder(descriptor)).build();
  }

  /**
   * Reads a value into a message.
   *
   * @throws ProtoJsonException if it does not fit
   */
  public <B extends Message.Builder> B read(@Nullable Object json, B into) {
    new JsonReader(types).read(json, into);
    return into;
  }

  /**
   * The same without keys and passwords, and without what is not known.
   *
   * @throws IllegalArgumentException as {@link #print}
   */
  public String printRedacted(Any message) {
    return print(new Redaction(types).content(message));
  }

  /**
   * Proto-JSON with original field names, in lines.
   *
   * @throws IllegalArgumentException if it holds an {@code Any} of an unknown type
   */
  public String print(MessageOrBuilder message) {
    try {
      return JsonFormat.printer()
          .usingTypeRegistry(types)
          .preservingProtoFieldNames()
          .print(message);
    } catch (InvalidProtocolBufferException unknown) {
      throw new IllegalArgumentException(unknown.getMessage(), unknown);
    }
  }
}
