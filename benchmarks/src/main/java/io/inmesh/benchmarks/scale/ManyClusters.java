package io.inmesh.benchmarks.scale;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import io.inmesh.config.Resource;
import io.inmesh.controlplane.ads.ServedConfig;
import io.inmesh.controlplane.ads.ServedResource;
import io.inmesh.proto.envoy.config.cluster.v3.CircuitBreakers;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster;
import io.inmesh.proto.envoy.config.cluster.v3.OutlierDetection;
import io.inmesh.proto.envoy.config.core.v3.Address;
import io.inmesh.proto.envoy.config.core.v3.AggregatedConfigSource;
import io.inmesh.proto.envoy.config.core.v3.ApiVersion;
import io.inmesh.proto.envoy.config.core.v3.ConfigSource;
import io.inmesh.proto.envoy.config.core.v3.Http2ProtocolOptions;
import io.inmesh.proto.envoy.config.core.v3.Locality;
import io.inmesh.proto.envoy.config.core.v3.SocketAddress;
import io.inmesh.proto.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.inmesh.proto.envoy.config.endpoint.v3.Endpoint;
import io.inmesh.proto.envoy.config.endpoint.v3.LbEndpoint;
import io.inmesh.proto.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.inmesh.proto.envoy.config.listener.v3.ApiListener;
import io.inmesh.proto.envoy.config.listener.v3.Filter;
import io.inmesh.proto.envoy.config.listener.v3.FilterChain;
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
import io.inmesh.proto.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Config with many clusters of ten endpoints, all named by one table of prefix routes. What no
 * prefix fits goes to cluster 0, whose endpoint is real; all others are addresses of loopback where
 * nobody listens.
 */
final class ManyClusters {
  static final String LISTENER = "many:80";

  private static final String ROUTES = "routes";
  private static final int ENDPOINTS = 10;
  private static final int LIMIT = 1024;
  private static final String CONNECTION = "envoy.filters.network.http_connection_manager";
  private static final String PROTOCOL = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  private static final ConfigSource ADS =
      ConfigSource.newBuilder()
          .setResourceApiVersion(ApiVersion.V3)
          .setAds(AggregatedConfigSource.getDefaultInstance())
          .build();

  private final int clusters;
  private final boolean http2;
  private final int boundPort;

  /** What stays the same over all updates, for clients that ask by name. */
  private final List<ServedResource> named;

  /** The same for Envoy, whose listener is bound. */
  private final List<ServedResource> bound;

  /**
   * Config.
   *
   * @param http2 what the real endpoint speaks
   * @param boundPort where an Envoy is to listen
   */
  ManyClusters(int clusters, boolean http2, int boundPort) {
    this.clusters = clusters;
    this.http2 = http2;
    this.boundPort = boundPort;
    List<ServedResource> common = common();
    named = with(common, apiListener());
    bound = with(common, boundListener());
  }

  private static List<ServedResource> with(List<ServedResource> common, Listener listener) {
    var all = new ArrayList<>(common);
    all.add(
        served(
            Resource.Type.LISTENER,
            LISTENER,
            listener,
            Set.of(new Resource.Key(Resource.Type.ROUTES, ROUTES))));
    return all;
  }

  /**
   * All of it with certain endpoints.
   *
   * @param endpoints from {@link #endpoints}
   * @param forEnvoy with a bound listener
   */
  ServedConfig config(String revision, List<ServedResource> endpoints, boolean forEnvoy) {
    var all = new ArrayList<>(forEnvoy ? bound : named);
    all.addAll(endpoints);
    return new ServedConfig(revision, true, all);
  }

  /**
   * The endpoints of all clusters.
   *
   * @param port of those where nobody listens
   * @param real the port of cluster 0's
   */
  List<ServedResource> endpoints(int port, int real) {
    var all = new ArrayList<ServedResource>();
    all.add(realEndpoint(real));
    for (int i = 1; i < clusters; i++) {
      var locality = LocalityLbEndpoints.newBuilder();
      for (int j = 0; j < ENDPOINTS; j++) {
        String host = "127." + (1 + i / 250) + "." + i % 250 + "." + (j + 1);
        locality.addLbEndpoints(endpoint(host, port));
      }
      all.add(endpoints(i, locality));
    }
    return all;
  }

  /** The endpoint of cluster 0. */
  ServedResource realEndpoint(int port) {
    var locality = LocalityLbEndpoints.newBuilder().addLbEndpoints(endpoint("127.0.0.1", port));
    return endpoints(0, locality);
  }

  private static String cluster(int number) {
    return "c" + number;
  }

  private static ServedResource endpoints(int number, LocalityLbEndpoints.Builder locality) {
    var assignment =
        ClusterLoadAssignment.newBuilder()
            .setClusterName(cluster(number))
            .addEndpoints(
                locality
                    .setLocality(Locality.newBuilder().setRegion("r").setZone("z"))
                    .setLoadBalancingWeight(UInt32Value.of(1)));
    return served(Resource.Type.ENDPOINTS, cluster(number), assignment.build(), Set.of());
  }

  private static LbEndpoint endpoint(String host, int port) {
    var address = SocketAddress.newBuilder().setAddress(host).setPortValue(port);
    return LbEndpoint.newBuilder()
        .setEndpoint(
            Endpoint.newBuilder().setAddress(Address.newBuilder().setSocketAddress(address)))
        .setLoadBalancingWeight(UInt32Value.of(1))
        .build();
  }

  private static ServedResource served(
      Resource.Type type, String name, Message message, Set<Resource.Key> references) {
    return ServedResource.of(new Resource.Key(type, name), message.toByteString(), references);
  }

  private List<ServedResource> common() {
    var all = new ArrayList<ServedResource>();
    var host = VirtualHost.newBuilder().setName("all").addDomains("*");
    for (int i = 0; i < clusters; i++) {
      var key = new Resource.Key(Resource.Type.ENDPOINTS, cluster(i));
      all.add(served(Resource.Type.CLUSTER, cluster(i), cluster(cluster(i), i == 0), Set.of(key)));
      if (i > 0) {
        host.addRoutes(route("/svc" + i + "/", i));
      }
    }
    host.addRoutes(route("/", 0));
    var table = RouteConfiguration.newBuilder().setName(ROUTES).addVirtualHosts(host).build();
    var named = new java.util.HashSet<Resource.Key>();
    for (int i = 0; i < clusters; i++) {
      named.add(new Resource.Key(Resource.Type.CLUSTER, cluster(i)));
    }
    all.add(served(Resource.Type.ROUTES, ROUTES, table, named));
    return all;
  }

  private static Route route(String prefix, int cluster) {
    return Route.newBuilder()
        .setMatch(RouteMatch.newBuilder().setPrefix(prefix))
        .setRoute(RouteAction.newBuilder().setCluster(cluster(cluster)))
        .build();
  }

  private Cluster cluster(String name, boolean real) {
    var thresholds = CircuitBreakers.Thresholds.newBuilder().setMaxRequests(UInt32Value.of(LIMIT));
    var cluster =
        Cluster.newBuilder()
            .setName(name)
            .setType(Cluster.DiscoveryType.EDS)
            .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ADS))
            .setConnectTimeout(Duration.newBuilder().setSeconds(1))
            .setLbPolicy(Cluster.LbPolicy.ROUND_ROBIN)
            .setCircuitBreakers(CircuitBreakers.newBuilder().addThresholds(thresholds))
            .setOutlierDetection(
                OutlierDetection.newBuilder().setConsecutive5Xx(UInt32Value.of(5)));
    if (real && http2) {
      var explicit =
          HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
              .setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance());
      cluster.putTypedExtensionProtocolOptions(
          PROTOCOL, any(HttpProtocolOptions.newBuilder().setExplicitHttpConfig(explicit).build()));
    }
    return cluster.build();
  }

  /** Our messages live in a Java package of their own; on the wire they have the usual names. */
  private static Any any(Message message) {
    return Any.pack(message);
  }

  private static HttpConnectionManager connection() {
    return HttpConnectionManager.newBuilder()
        .setStatPrefix("many")
        .setRds(Rds.newBuilder().setRouteConfigName(ROUTES).setConfigSource(ADS))
        .addHttpFilters(
            HttpFilter.newBuilder()
                .setName("envoy.filters.http.router")
                .setTypedConfig(any(Router.getDefaultInstance())))
        .build();
  }

  private static Listener apiListener() {
    return Listener.newBuilder()
        .setName(LISTENER)
        .setApiListener(ApiListener.newBuilder().setApiListener(any(connection())))
        .build();
  }

  private Listener boundListener() {
    var address = SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(boundPort);
    return Listener.newBuilder()
        .setName(LISTENER)
        .setAddress(Address.newBuilder().setSocketAddress(address))
        .addFilterChains(
            FilterChain.newBuilder()
                .addFilters(
                    Filter.newBuilder().setName(CONNECTION).setTypedConfig(any(connection()))))
        .build();
  }
}
