package io.inmesh.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.Resource;
import io.inmesh.plane.Support;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster;
import io.inmesh.proto.envoy.config.core.v3.TypedExtensionConfig;
import io.inmesh.proto.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.inmesh.proto.envoy.config.listener.v3.Listener;
import io.inmesh.proto.envoy.config.route.v3.RouteConfiguration;
import io.inmesh.proto.envoy.config.route.v3.VirtualHost;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.inmesh.proto.envoy.service.runtime.v3.Runtime;
import io.inmesh.xds.ads.ResourceDecoder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of messages. What it accepts is valid throughout, typed extensions and regular
 * expressions included, so that nothing is refused later. Not for use by several threads at once.
 */
public final class Decoder {
  private static final String WRAPPER = "envoy.service.discovery.v3.Resource";

  private final Surroundings surroundings;
  private final PlainFields plain = new PlainFields();
  private @Nullable SupportReport report;
  private final EndpointsReader endpoints;

  /** A decoder for the extensions that are known. */
  public Decoder(Extensions extensions, DecoderOptions options) {
    var interned = new Interned();
    this.surroundings = new Surroundings(extensions, options, interned);
    this.endpoints = new EndpointsReader(interned);
  }

  /** A decoder with {@link Extensions#standard} and default options. */
  public Decoder() {
    this(Extensions.standard(), DecoderOptions.DEFAULT);
  }

  /**
   * Decodes a resource of a response of this type. A {@code Resource} around it is taken off; its
   * name counts where the resource itself has none.
   */
  public Decoded decode(Resource.Type type, Any any) {
    String name = "";
    Any content = any;
    if (Decoding.typeOf(any).equals(WRAPPER)) {
      try {
        var wrapper = io.inmesh.proto.envoy.service.discovery.v3.Resource.parseFrom(any.getValue());
        name = wrapper.getName();
        content = wrapper.getResource();
      } catch (InvalidProtocolBufferException wrong) {
        return new Decoded.Refused(type, "", "", "not the bytes of a resource");
      }
    }
    if (!Decoding.typeOf(content).equals(type.message())) {
      String reason = "is of type " + content.getTypeUrl() + ", not " + type.url();
      return new Decoded.Refused(type, name, "", reason);
    }
    return decode(type, content.getValue());
  }

  /** Decodes the bytes of a message of this type. */
  public Decoded decode(Resource.Type type, ByteString bytes) {
    if (type == Resource.Type.ENDPOINTS) {
      Resource set = endpoints.read(bytes);
      if (set != null) {
        return new Decoded.Accepted(set, List.of());
      }
    }
    try {
      return decode(type, parse(type, bytes), plain.areAll(type.message(), bytes));
    } catch (InvalidProtocolBufferException wrong) {
      return new Decoded.Refused(
          type, "", "", "not the bytes of " + type.message() + ": " + wrong.getMessage());
    }
  }

  /** This decoder as a stream of resources wants it. */
  public ResourceDecoder forStream() {
    return forStream(Support.DEFAULT);
  }

  /**
   * The same.
   *
   * @param support which types must be honoured in full
   */
  public ResourceDecoder forStream(Support support) {
    return (type, bytes) -> {
      Decoded decoded = decode(type, bytes);
      if (decoded instanceof Decoded.Accepted accepted) {
        if (support.of(type) == Support.Mode.STRICT && !accepted.unsupported().isEmpty()) {
          return new ResourceDecoder.Refused(
              accepted.resource().name(),
              "is not honoured in full, and must be (strict): "
                  + String.join(", ", accepted.unsupported()));
        }
        return new ResourceDecoder.Accepted(accepted.resource(), accepted.unsupported());
      }
      Decoded.Refused refused = (Decoded.Refused) decoded;
      return new ResourceDecoder.Refused(refused.name(), refused.message());
    };
  }

  /**
   * Decodes a message of one of the types of resources.
   *
   * @throws IllegalArgumentException if it is of no such type
   */
  public Decoded decode(Message message) {
    for (Resource.Type type : Resource.Type.values()) {
      if (message.getDescriptorForType().getFullName().equals(type.message())) {
        return decode(type, message, false);
      }
    }
    throw new IllegalArgumentException(
        "no resource: " + message.getDescriptorForType().getFullName());
  }

  private static Message parse(Resource.Type type, ByteString bytes)
      throws InvalidProtocolBufferException {
    switch (type) {
      case LISTENER:
        return Listener.parseFrom(bytes);
      case ROUTES:
        return RouteConfiguration.parseFrom(bytes);
      case CLUSTER:
        return Cluster.parseFrom(bytes);
      case ENDPOINTS:
        return ClusterLoadAssignment.parseFrom(bytes);
      case EXTENSION:
        return TypedExtensionConfig.parseFrom(bytes);
      case RUNTIME:
        return Runtime.parseFrom(bytes);
      case VIRTUAL_HOST:
        return VirtualHost.parseFrom(bytes);
      default:
        return Secret.parseFrom(bytes);
    }
  }

  /**
   * Decodes a message.
   *
   * @param plain whether it is known that everything in it is read
   */
  private Decoded decode(Resource.Type type, Message message, boolean plain) {
    var in = new Decoding(surroundings);
    try {
      Resource resource = decode(in, message);
      List<String> unsupported = new ArrayList<>(in.unsupported());
      if (!plain) {
        report().unhonoured(message, unsupported);
      }
      return new Decoded.Accepted(resource, unsupported);
    } catch (Refusal refusal) {
      return new Decoded.Refused(
          type, name(message), refusal.field(), String.valueOf(refusal.getMessage()));
    } catch (StackOverflowError tooDeep) {
      // No bound on nesting can be sure of the stack that the caller has left.
      return new Decoded.Refused(type, name(message), "", "is nested too deeply");
    }
  }

  private SupportReport report() {
    SupportReport known = report == null ? new SupportReport() : report;
    report = known;
    return known;
  }

  private static Resource decode(Decoding in, Message message) {
    if (message instanceof Cluster cluster) {
      return ClusterCodec.cluster(in, cluster);
    }
    if (message instanceof ClusterLoadAssignment endpoints) {
      return EndpointsCodec.addresses(in, endpoints);
    }
    if (message instanceof RouteConfiguration routes) {
      return RouteCodec.configuration(in, routes);
    }
    if (message instanceof Listener listener) {
      return ListenerCodec.listener(in, listener);
    }
    if (message instanceof TypedExtensionConfig extension) {
      return FilterCodec.extension(in, extension);
    }
    if (message instanceof Runtime layer) {
      return RuntimeCodec.layer(in, layer);
    }
    if (message instanceof VirtualHost host) {
      return RouteCodec.discovered(in, host);
    }
    return KeysCodec.secret(in, (Secret) message);
  }

  private static String name(Message message) {
    if (message instanceof Cluster cluster) {
      return cluster.getName();
    }
    if (message instanceof ClusterLoadAssignment endpoints) {
      return endpoints.getClusterName();
    }
    if (message instanceof RouteConfiguration routes) {
      return routes.getName();
    }
    if (message instanceof Listener listener) {
      return listener.getName();
    }
    if (message instanceof TypedExtensionConfig extension) {
      return extension.getName();
    }
    if (message instanceof Runtime layer) {
      return layer.getName();
    }
    if (message instanceof VirtualHost host) {
      return host.getName();
    }
    return message instanceof Secret secret ? secret.getName() : "";
  }
}
