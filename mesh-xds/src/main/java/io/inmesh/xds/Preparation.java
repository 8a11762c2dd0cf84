package io.inmesh.xds;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.inmesh.config.Resource;
import io.inmesh.identity.Pem;
import io.inmesh.identity.SecretStore;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster;
import io.inmesh.proto.envoy.config.core.v3.AggregatedConfigSource;
import io.inmesh.proto.envoy.config.core.v3.ConfigSource;
import io.inmesh.proto.envoy.config.listener.v3.ApiListener;
import io.inmesh.proto.envoy.config.listener.v3.Listener;
import io.inmesh.proto.envoy.config.route.v3.Route;
import io.inmesh.proto.envoy.config.route.v3.RouteAction;
import io.inmesh.proto.envoy.config.route.v3.RouteConfiguration;
import io.inmesh.proto.envoy.config.route.v3.RouteMatch;
import io.inmesh.proto.envoy.config.route.v3.VirtualHost;
import io.inmesh.proto.envoy.extensions.filters.http.router.v3.Router;
import io.inmesh.proto.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.inmesh.proto.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.inmesh.proto.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.codec.DecoderOptions;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.grpc.PlaneChannel;
import io.inmesh.xds.grpc.PlaneServer;
import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Loads classes on a thread of its own while the process starts and the plane is being reached: the
 * native TLS library, what makes channels, what decodes resources. Whatever goes wrong here goes
 * wrong again, and is told, where it is needed.
 */
final class Preparation {
  private static final System.Logger LOG = System.getLogger("io.inmesh.xds");

  private static final PlaneChannel.Times TIMES =
      new PlaneChannel.Times(Duration.ofSeconds(1), Duration.ofHours(1));

  private Preparation() {}

  /**
   * Begins. What is loaded already takes no time.
   *
   * @param roots whom servers of the plane come from, as PEM
   */
  static void begin(String roots, SecretStore own, InstantSource clock) {
    var thread = new Thread(() -> run(roots, own, clock), "inmesh-preparation");
    thread.setDaemon(true);
    thread.start();
  }

  private static void run(String roots, SecretStore own, InstantSource clock) {
    try {
      boolean available = OpenSsl.isAvailable();
      LOG.log(Level.DEBUG, "native TLS: {0}", available);
      // A channel without calls does not connect.
      var tls = new PlaneServer.Tls(Pem.certificates(roots), false, Optional.empty());
      PlaneChannel.to(PlaneServer.of("127.0.0.1:1", tls), own, clock, TIMES).close();
      var decoder = new Decoder(Extensions.enforced(), DecoderOptions.DEFAULT);
      decoder.decode(Resource.Type.LISTENER, listener().toByteString());
      decoder.decode(Resource.Type.ROUTES, routes().toByteString());
      decoder.decode(Resource.Type.CLUSTER, cluster().toByteString());
    } catch (IOException | RuntimeException | LinkageError failed) {
      LOG.log(Level.DEBUG, "preparation", failed);
    }
  }

  private static ConfigSource ads() {
    return ConfigSource.newBuilder().setAds(AggregatedConfigSource.getDefaultInstance()).build();
  }

  private static Listener listener() {
    HttpConnectionManager connection =
        HttpConnectionManager.newBuilder()
            .setRds(Rds.newBuilder().setRouteConfigName("r").setConfigSource(ads()))
            .addHttpFilters(
                HttpFilter.newBuilder()
                    .setName("r")
                    .setTypedConfig(
                        any(
                            "envoy.extensions.filters.http.router.v3.Router",
                            Router.getDefaultInstance())))
            .build();
    String type =
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
    return Listener.newBuilder()
        .setName("l")
        .setApiListener(ApiListener.newBuilder().setApiListener(any(type, connection)))
        .build();
  }

  /** Any.pack would ask the descriptor for the name. */
  private static Any any(String type, Message message) {
    return Any.newBuilder()
        .setTypeUrl("type.googleapis.com/" + type)
        .setValue(message.toByteString())
        .build();
  }

  private static RouteConfiguration routes() {
    Route route =
        Route.newBuilder()
            .setMatch(RouteMatch.newBuilder().setPrefix("/"))
            .setRoute(RouteAction.newBuilder().setCluster("c"))
            .build();
    return RouteConfiguration.newBuilder()
        .setName("r")
        .addVirtualHosts(VirtualHost.newBuilder().setName("v").addDomains("*").addRoutes(route))
        .build();
  }

  private static Cluster cluster() {
    return Cluster.newBuilder()
        .setName("c")
        .setType(Cluster.DiscoveryType.EDS)
        .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ads()))
        .build();
  }
}
