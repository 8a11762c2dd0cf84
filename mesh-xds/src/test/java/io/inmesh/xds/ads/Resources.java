package io.inmesh.xds.ads;

import com.google.protobuf.Any;
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

/** Small messages. */
final class Resources {
  private Resources() {}

  static Any any(Resource.Type type, Message message) {
    return Any.newBuilder().setTypeUrl(type.url()).setValue(message.toByteString()).build();
  }

  static Any cluster(String name) {
    return cluster(name, "");
  }

  static Any cluster(String name, String mark) {
    return any(
        Resource.Type.CLUSTER, Cluster.newBuilder().setName(name).setAltStatName(mark).build());
  }

  static Any listener(String name) {
    return any(Resource.Type.LISTENER, Listener.newBuilder().setName(name).build());
  }

  static Any routes(String name) {
    return any(Resource.Type.ROUTES, RouteConfiguration.newBuilder().setName(name).build());
  }

  static Any endpoints(String name, int... ports) {
    LocalityLbEndpoints.Builder locality = LocalityLbEndpoints.newBuilder();
    for (int port : ports) {
      SocketAddress socket =
          SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port).build();
      locality.addLbEndpoints(
          LbEndpoint.newBuilder()
              .setEndpoint(
                  Endpoint.newBuilder().setAddress(Address.newBuilder().setSocketAddress(socket))));
    }
    return any(
        Resource.Type.ENDPOINTS,
        ClusterLoadAssignment.newBuilder().setClusterName(name).addEndpoints(locality).build());
  }
}
