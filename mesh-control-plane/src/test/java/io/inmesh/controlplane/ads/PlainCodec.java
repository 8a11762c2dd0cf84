package io.inmesh.controlplane.ads;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.Resource;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.proto.envoy.config.core.v3.SocketAddress;
import io.inmesh.proto.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.inmesh.proto.envoy.config.endpoint.v3.Endpoint;
import io.inmesh.proto.envoy.config.endpoint.v3.LbEndpoint;
import io.inmesh.proto.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.inmesh.xds.ads.ResourceDecoder;
import java.util.ArrayList;
import java.util.List;

/** Both directions for names and addresses, so that streams are tested and not the codec. */
final class PlainCodec implements ResourceDecoder {
  static ServedResource encode(Resource resource) {
    return ServedResource.of(
        resource.key(), message(resource).toByteString(), resource.references());
  }

  private static Message message(Resource resource) {
    switch (resource.type()) {
      case CLUSTER:
        return io.inmesh.proto.envoy.config.cluster.v3.Cluster.newBuilder()
            .setName(resource.name())
            .build();
      case ROUTES:
        return io.inmesh.proto.envoy.config.route.v3.RouteConfiguration.newBuilder()
            .setName(resource.name())
            .build();
      case ENDPOINTS:
        return endpoints((EndpointSet) resource);
      default:
        throw new IllegalArgumentException(resource.toString());
    }
  }

  private static Message endpoints(EndpointSet set) {
    LocalityLbEndpoints.Builder locality = LocalityLbEndpoints.newBuilder();
    for (EndpointSet.LocalityEndpoints each : set.localities()) {
      for (EndpointSet.Endpoint endpoint : each.endpoints()) {
        locality.addLbEndpoints(
            LbEndpoint.newBuilder()
                .setEndpoint(Endpoint.newBuilder().setAddress(address(endpoint))));
      }
    }
    return ClusterLoadAssignment.newBuilder()
        .setClusterName(set.name())
        .addEndpoints(locality)
        .build();
  }

  private static io.inmesh.proto.envoy.config.core.v3.Address address(
      EndpointSet.Endpoint endpoint) {
    return io.inmesh.proto.envoy.config.core.v3.Address.newBuilder()
        .setSocketAddress(
            SocketAddress.newBuilder()
                .setAddress(endpoint.address().host())
                .setPortValue(endpoint.address().port()))
        .build();
  }

  @Override
  public Decoded decode(Resource.Type type, ByteString message) {
    try {
      switch (type) {
        case CLUSTER:
          String name =
              io.inmesh.proto.envoy.config.cluster.v3.Cluster.parseFrom(message).getName();
          return new Accepted(new Cluster(name, new Cluster.Eds(name)), List.of());
        case ROUTES:
          return new Accepted(
              new RouteConfiguration(
                  io.inmesh.proto.envoy.config.route.v3.RouteConfiguration.parseFrom(message)
                      .getName(),
                  List.of()),
              List.of());
        case ENDPOINTS:
          return new Accepted(endpoints(ClusterLoadAssignment.parseFrom(message)), List.of());
        default:
          return new Refused("", "not understood");
      }
    } catch (InvalidProtocolBufferException malformed) {
      return new Refused("", malformed.getMessage());
    }
  }

  private static EndpointSet endpoints(ClusterLoadAssignment assignment) {
    var endpoints = new ArrayList<EndpointSet.Endpoint>();
    for (LbEndpoint each : assignment.getEndpoints(0).getLbEndpointsList()) {
      SocketAddress address = each.getEndpoint().getAddress().getSocketAddress();
      endpoints.add(
          new EndpointSet.Endpoint(new Address(address.getAddress(), address.getPortValue())));
    }
    return EndpointSet.of(assignment.getClusterName(), endpoints);
  }
}
