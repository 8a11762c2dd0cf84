package io.inmesh.xds.ads;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.ExtensionConfig;
import io.inmesh.config.Filters;
import io.inmesh.config.Listener;
import io.inmesh.config.Metadata;
import io.inmesh.config.Resource;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.Secret;
import io.inmesh.config.TransportSocket;
import io.inmesh.proto.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Understands names and addresses only, so that the protocol is tested and not the codec. Counts
 * what it decodes. Clusters with {@code alt_stat_name} "bad" are refused, with "odd" have an
 * unsupported field.
 */
final class PlainDecoder implements ResourceDecoder {
  int decoded;

  @Override
  public Decoded decode(Resource.Type type, ByteString message) {
    decoded++;
    try {
      switch (type) {
        case CLUSTER:
          return cluster(message);
        case ENDPOINTS:
          return new Accepted(endpoints(message), List.of());
        case ROUTES:
          var routes = io.inmesh.proto.envoy.config.route.v3.RouteConfiguration.parseFrom(message);
          return new Accepted(new RouteConfiguration(routes.getName(), List.of()), List.of());
        case LISTENER:
          return new Accepted(listener(message), List.of());
        case EXTENSION:
          return extension(message);
        default:
          var secret =
              io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.Secret.parseFrom(message);
          return new Accepted(
              new Secret(secret.getName(), Optional.empty(), Optional.empty(), Optional.empty()),
              List.of());
      }
    } catch (InvalidProtocolBufferException malformed) {
      return new Refused("", "malformed");
    }
  }

  private static Decoded extension(ByteString message) throws InvalidProtocolBufferException {
    var extension = io.inmesh.proto.envoy.config.core.v3.TypedExtensionConfig.parseFrom(message);
    return extension.hasTypedConfig()
        ? new Accepted(new ExtensionConfig(extension.getName(), Filters.Router.DEFAULT), List.of())
        : new Refused(extension.getName(), "typed_config: is missing");
  }

  private static Decoded cluster(ByteString message) throws InvalidProtocolBufferException {
    var cluster = io.inmesh.proto.envoy.config.cluster.v3.Cluster.parseFrom(message);
    switch (cluster.getAltStatName()) {
      case "bad":
        return new Refused(cluster.getName(), "alt_stat_name: must not be bad");
      case "nameless":
        return new Refused("", "nothing can be read");
      case "broken":
        throw new IllegalStateException("a defect");
      default:
        break;
    }
    List<String> unsupported =
        cluster.getAltStatName().equals("odd") ? List.of("alt_stat_name") : List.of();
    TransportSocket socket =
        cluster.getAltStatName().equals("key")
            ? inlineKey(cluster.getName())
            : new TransportSocket.RawBuffer();
    var transport =
        new Cluster.Transport(
            Cluster.Transport.DEFAULT.connectTimeout(),
            socket,
            List.of(),
            Cluster.Transport.DEFAULT.protocol());
    Cluster plain = new Cluster(cluster.getName(), new Cluster.Eds(cluster.getName()));
    return new Accepted(
        new Cluster(
            plain.name(),
            plain.discovery(),
            plain.balancing(),
            transport,
            plain.circuitBreakers(),
            plain.outlierDetection(),
            plain.healthChecks(),
            plain.metadata()),
        unsupported);
  }

  private static TransportSocket inlineKey(String name) {
    var secret = new Secret(name, Optional.empty(), Optional.empty(), Optional.empty());
    return new TransportSocket.UpstreamTls(
        new TransportSocket.CommonTls(
            Optional.of(new TransportSocket.InlineSecret(secret)),
            Optional.empty(),
            List.of(),
            TransportSocket.Version.AUTO,
            TransportSocket.Version.AUTO),
        "",
        false,
        false);
  }

  private static EndpointSet endpoints(ByteString message) throws InvalidProtocolBufferException {
    var assignment = ClusterLoadAssignment.parseFrom(message);
    var endpoints = new ArrayList<EndpointSet.Endpoint>();
    for (var locality : assignment.getEndpointsList()) {
      for (var endpoint : locality.getLbEndpointsList()) {
        var address = endpoint.getEndpoint().getAddress().getSocketAddress();
        endpoints.add(
            new EndpointSet.Endpoint(new Address(address.getAddress(), address.getPortValue())));
      }
    }
    return EndpointSet.of(assignment.getClusterName(), endpoints);
  }

  private static Resource listener(ByteString message) throws InvalidProtocolBufferException {
    var listener = io.inmesh.proto.envoy.config.listener.v3.Listener.parseFrom(message);
    return new Listener(
        listener.getName(),
        Listener.Direction.API,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        false,
        List.of(),
        Metadata.EMPTY);
  }
}
