package io.inmesh.controlplane.ads;

import com.google.protobuf.Message;
import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster;
import io.inmesh.proto.envoy.config.core.v3.Address;
import io.inmesh.proto.envoy.config.core.v3.SocketAddress;
import io.inmesh.proto.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.inmesh.proto.envoy.config.endpoint.v3.Endpoint;
import io.inmesh.proto.envoy.config.endpoint.v3.LbEndpoint;
import io.inmesh.proto.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.inmesh.proto.envoy.config.listener.v3.Listener;
import io.inmesh.proto.envoy.config.route.v3.RouteConfiguration;
import java.util.Set;

/** Small resources. */
final class Served {
  private Served() {}

  /** A cluster by EDS under its own name. */
  static ServedResource cluster(String name, String mark) {
    return of(
        Resource.Type.CLUSTER,
        name,
        Cluster.newBuilder().setName(name).setAltStatName(mark).build(),
        Set.of(new Resource.Key(Resource.Type.ENDPOINTS, name)));
  }

  static ServedResource endpoints(String name, int... ports) {
    LocalityLbEndpoints.Builder locality = LocalityLbEndpoints.newBuilder();
    for (int port : ports) {
      SocketAddress socket =
          SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port).build();
      locality.addLbEndpoints(
          LbEndpoint.newBuilder()
              .setEndpoint(
                  Endpoint.newBuilder().setAddress(Address.newBuilder().setSocketAddress(socket))));
    }
    return of(
        Resource.Type.ENDPOINTS,
        name,
        ClusterLoadAssignment.newBuilder().setClusterName(name).addEndpoints(locality).build(),
        Set.of());
  }

  /** A listener with routes by RDS under its own name. */
  static ServedResource listener(String name, String mark) {
    return of(
        Resource.Type.LISTENER,
        name,
        Listener.newBuilder().setName(name).setStatPrefix(mark).build(),
        Set.of(new Resource.Key(Resource.Type.ROUTES, name)));
  }

  static ServedResource routes(String name, boolean mark) {
    return of(
        Resource.Type.ROUTES,
        name,
        RouteConfiguration.newBuilder()
            .setName(name)
            .setMostSpecificHeaderMutationsWins(mark)
            .build(),
        Set.of());
  }

  private static ServedResource of(
      Resource.Type type, String name, Message message, Set<Resource.Key> references) {
    return ServedResource.of(new Resource.Key(type, name), message.toByteString(), references);
  }
}
