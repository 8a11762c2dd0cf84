package io.inmesh.controlplane.ads;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.controlplane.cache.v3.SimpleCache;
import io.envoyproxy.controlplane.cache.v3.Snapshot;
import io.envoyproxy.controlplane.server.V3DiscoveryServer;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.testkit.plane.ConfigPlaneContract;
import io.inmesh.xds.ads.AdsOptions;
import io.inmesh.xds.ads.AdsOptions.Variant;
import io.inmesh.xds.ads.AdsPlane;
import io.inmesh.xds.ads.ResourceMemory;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.codec.Encoder;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.codec.TlsFlavor;
import io.inmesh.xds.grpc.PlaneServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;

/** Our client against another's server: java-control-plane, with messages of its own. */
class JavaControlPlaneTest {
  abstract static class Theirs extends ConfigPlaneContract {
    private final Variant variant;
    private final SimpleCache<String> cache = new SimpleCache<>(node -> "all");
    private final Encoder encoder = new Encoder(Extensions.standard(), TlsFlavor.INMESH);
    private @Nullable Server server;

    Theirs(Variant variant) {
      this.variant = variant;
    }

    @Override
    protected ConfigPlane plane() throws Exception {
      Server started =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .addService(new V3DiscoveryServer(cache).getAggregatedDiscoveryServiceImpl())
              .build()
              .start();
      server = started;
      PlaneServer target =
          PlaneServer.of("127.0.0.1:" + started.getPort(), new PlaneServer.Plaintext());
      return new AdsPlane(
          // It says nothing about names that it does not know.
          AdsOptions.of(target).with(variant).withInitialFetchTimeout(Duration.ofSeconds(3)),
          new Decoder().forStream(),
          ResourceMemory.NONE,
          InstantSource.system());
    }

    @Override
    protected void publish(String revision, Collection<? extends Resource> resources) {
      List<Cluster> clusters = new ArrayList<>();
      List<ClusterLoadAssignment> endpoints = new ArrayList<>();
      List<RouteConfiguration> routes = new ArrayList<>();
      try {
        for (Resource resource : resources) {
          ByteString bytes = encoder.message(resource).toByteString();
          if (resource.type() == Resource.Type.CLUSTER) {
            clusters.add(Cluster.parseFrom(bytes));
          } else if (resource.type() == Resource.Type.ENDPOINTS) {
            endpoints.add(ClusterLoadAssignment.parseFrom(bytes));
          } else {
            routes.add(RouteConfiguration.parseFrom(bytes));
          }
        }
      } catch (InvalidProtocolBufferException malformed) {
        throw new AssertionError(malformed);
      }
      cache.setSnapshot(
          "all", Snapshot.create(clusters, endpoints, List.of(), routes, List.of(), revision));
    }

    @Override
    protected void stop() throws Exception {
      if (server != null) {
        server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
      }
    }
  }

  @Nested
  class Delta extends Theirs {
    Delta() {
      super(Variant.DELTA);
    }
  }

  @Nested
  class StateOfTheWorld extends Theirs {
    StateOfTheWorld() {
      super(Variant.STATE_OF_THE_WORLD);
    }
  }
}
