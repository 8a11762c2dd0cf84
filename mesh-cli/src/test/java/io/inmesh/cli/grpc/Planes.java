package io.inmesh.cli.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.envoyproxy.controlplane.cache.v3.SimpleCache;
import io.envoyproxy.controlplane.cache.v3.Snapshot;
import io.envoyproxy.controlplane.server.V3DiscoveryServer;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.inmesh.config.Resource;
import io.inmesh.controlplane.ads.AdsServer;
import io.inmesh.controlplane.ads.ConfigSource;
import io.inmesh.controlplane.ads.RegistrationListener;
import io.inmesh.controlplane.ads.ServedConfig;
import io.inmesh.controlplane.ads.ServedNode;
import io.inmesh.controlplane.ads.ServedResource;
import io.inmesh.controlplane.ads.StreamAuthenticator;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.xds.codec.Decoded;
import io.inmesh.xds.codec.Decoder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Control planes that serve the same resources, byte for byte. */
final class Planes implements AutoCloseable {
  private final List<Server> servers = new ArrayList<>();
  private final ThreadLoop loop =
      new ThreadLoop(
          task -> {
            Thread thread = new Thread(task, "plane");
            thread.setDaemon(true);
            return thread;
          },
          System::nanoTime,
          1);

  /**
   * Ours; its port.
   *
   * @param others services beside it on the same server
   */
  int own(List<Message> resources, ServerServiceDefinition... others) throws IOException {
    var config = new ServedConfig("1", true, resources.stream().map(Planes::served).toList());
    var source =
        new ConfigSource() {
          @Override
          public ServedConfig configOf(ServedNode node) {
            return config;
          }

          @Override
          public void onChange(Runnable listener) {}
        };
    var ads = new AdsServer(loop, source, RegistrationListener.NONE, InstantSource.system());
    return start(ads.definition(StreamAuthenticator.ANYONE), others);
  }

  private int start(ServerServiceDefinition service, ServerServiceDefinition... others)
      throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .addService(service);
    List.of(others).forEach(builder::addService);
    Server server = builder.build().start();
    servers.add(server);
    return server.getPort();
  }

  private static ServedResource served(Message message) {
    Decoded decoded = new Decoder().decode(message);
    Set<Resource.Key> references =
        decoded instanceof Decoded.Accepted accepted ? accepted.resource().references() : Set.of();
    return ServedResource.of(
        new Resource.Key(type(message), name(message)), message.toByteString(), references);
  }

  private static Resource.Type type(Message message) {
    String name = message.getDescriptorForType().getFullName();
    return Arrays.stream(Resource.Type.values())
        .filter(type -> type.message().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String name(Message message) {
    String field = type(message) == Resource.Type.ENDPOINTS ? "cluster_name" : "name";
    return String.valueOf(message.getField(message.getDescriptorForType().findFieldByName(field)));
  }

  /** java-control-plane, with messages of its own; its port. */
  int javaControlPlane(List<Message> resources) throws IOException, InvalidProtocolBufferException {
    var clusters = new ArrayList<Cluster>();
    var endpoints = new ArrayList<ClusterLoadAssignment>();
    var listeners = new ArrayList<Listener>();
    var routes = new ArrayList<RouteConfiguration>();
    for (Message message : resources) {
      ByteString bytes = message.toByteString();
      switch (type(message)) {
        case CLUSTER -> clusters.add(Cluster.parseFrom(bytes));
        case ENDPOINTS -> endpoints.add(ClusterLoadAssignment.parseFrom(bytes));
        case LISTENER -> listeners.add(Listener.parseFrom(bytes));
        default -> routes.add(RouteConfiguration.parseFrom(bytes));
      }
    }
    var cache = new SimpleCache<String>(node -> "all");
    cache.setSnapshot(
        "all", Snapshot.create(clusters, endpoints, listeners, routes, List.of(), "1"));
    return start(new V3DiscoveryServer(cache).getAggregatedDiscoveryServiceImpl().bindService());
  }

  @Override
  public void close() {
    servers.forEach(Server::shutdownNow);
    loop.close();
  }
}
