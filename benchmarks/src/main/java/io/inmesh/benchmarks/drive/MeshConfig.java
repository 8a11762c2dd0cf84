package io.inmesh.benchmarks.drive;

import com.google.gson.Gson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the control plane serves for a measured service, as xDS resources in JSON: a listener by
 * name, a table of 1,000 routes with a retry policy, a split by weight over two clusters that hold
 * three endpoints and one, thresholds, outlier detection.
 */
final class MeshConfig {
  static final int ROUTES = 1000;

  /** A path that the 500th route matches. */
  static final String PATH = "/svc500/orders/42";

  private static final Map<String, Object> ADS =
      Map.of("ads", Map.of(), "resource_api_version", "V3");

  private final List<Object> resources = new ArrayList<>();

  /**
   * Adds a service.
   *
   * @param ports four of them, on loopback
   * @param identity the SPIFFE id that its certificate must have; plaintext if it is empty
   */
  MeshConfig add(String service, List<Integer> ports, boolean http2, String identity) {
    resources.add(listener(service));
    resources.add(
        XdsJson.typed(
            "config.route.v3.RouteConfiguration", XdsJson.routes(service, routes(service))));
    for (int version = 1; version <= 2; version++) {
      String cluster = service + "-v" + version;
      resources.add(cluster(cluster, http2, identity));
      List<Integer> own = version == 1 ? ports.subList(0, 3) : ports.subList(3, 4);
      resources.add(
          XdsJson.typed(
              "config.endpoint.v3.ClusterLoadAssignment", XdsJson.endpoints(cluster, own)));
    }
    return this;
  }

  /** All of it, as the text of a file. */
  String text() {
    return new Gson().toJson(Map.of("resources", resources));
  }

  private static Object listener(String service) {
    Map<String, Object> routes =
        Map.of("rds", Map.of("route_config_name", service, "config_source", ADS));
    return XdsJson.typed(
        "config.listener.v3.Listener",
        Map.of(
            "name",
            service + ":80",
            "api_listener",
            Map.of("api_listener", XdsJson.connection(service, routes, List.of()))));
  }

  private static List<Object> routes(String service) {
    Map<String, Object> forward =
        XdsJson.forwarding(
            Map.of(
                "weighted_clusters",
                Map.of("clusters", List.of(weighted(service, 1, 75), weighted(service, 2, 25)))));
    var routes = new ArrayList<Object>();
    for (int i = 0; i < ROUTES - 1; i++) {
      routes.add(Map.of("match", Map.of("prefix", "/svc" + i + "/"), "route", forward));
    }
    routes.add(Map.of("match", Map.of("prefix", "/"), "route", forward));
    return routes;
  }

  private static Object weighted(String service, int version, int weight) {
    return Map.of("name", service + "-v" + version, "weight", weight);
  }

  private static Object cluster(String name, boolean http2, String identity) {
    var fields = new TreeMap<String, Object>();
    fields.put("type", "EDS");
    fields.put("eds_cluster_config", Map.of("eds_config", ADS));
    fields.put("lb_policy", "LEAST_REQUEST");
    if (!identity.isEmpty()) {
      fields.put("transport_socket", XdsJson.tls("Upstream", secrets(http2, identity)));
    }
    return XdsJson.typed("config.cluster.v3.Cluster", XdsJson.cluster(name, http2, fields));
  }

  /** The process's own certificate and roots, by the names that Istio gives them. */
  private static Map<String, Object> secrets(boolean http2, String identity) {
    return Map.of(
        "tls_certificate_sds_secret_configs",
        List.of(Map.of("name", "default", "sds_config", ADS)),
        "combined_validation_context",
        Map.of(
            "default_validation_context",
            Map.of("match_typed_subject_alt_names", XdsJson.peer(identity)),
            "validation_context_sds_secret_config",
            Map.of("name", "ROOTCA", "sds_config", ADS)),
        "alpn_protocols",
        List.of(XdsJson.protocol(http2)));
  }
}
