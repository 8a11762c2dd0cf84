package io.inmesh.benchmarks.drive;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Pieces of xDS in JSON that several configs have. */
final class XdsJson {
  private static final String TYPE = "type.googleapis.com/envoy.";
  private static final String CONNECTION =
      "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

  private XdsJson() {}

  /**
   * Fields with their {@code @type}.
   *
   * @param type what follows {@code envoy.}
   */
  static Map<String, Object> typed(String type, Map<String, Object> fields) {
    var all = new TreeMap<>(fields);
    all.put("@type", TYPE + type);
    return all;
  }

  /** A filter or a transport socket: its name beside its typed config. */
  static Map<String, Object> extension(String name, String type, Map<String, Object> fields) {
    return Map.of("name", name, "typed_config", typed(type, fields));
  }

  static Map<String, Object> address(int port) {
    return Map.of("socket_address", Map.of("address", "127.0.0.1", "port_value", port));
  }

  /** One locality with endpoints on loopback. */
  static Map<String, Object> endpoints(String cluster, List<Integer> ports) {
    List<Map<String, Map<String, Map<String, Object>>>> all =
        ports.stream().map(port -> Map.of("endpoint", Map.of("address", address(port)))).toList();
    return Map.of("cluster_name", cluster, "endpoints", List.of(Map.of("lb_endpoints", all)));
  }

  /** A table with one virtual host for all. */
  static Map<String, Object> routes(String name, List<?> routes) {
    return Map.of(
        "name",
        name,
        "virtual_hosts",
        List.of(Map.of("name", name, "domains", List.of("*"), "routes", routes)));
  }

  /**
   * An HTTP connection manager with the router as its last filter.
   *
   * @param routes {@code rds} or {@code route_config}
   */
  static Map<String, Object> connection(String name, Map<String, Object> routes, List<?> filters) {
    var http = new java.util.ArrayList<Object>(filters);
    http.add(
        extension(
            "envoy.filters.http.router", "extensions.filters.http.router.v3.Router", Map.of()));
    var fields = new TreeMap<>(routes);
    fields.put("stat_prefix", name);
    fields.put("http_filters", http);
    return typed(CONNECTION, fields);
  }

  /** What the retry policy and the timeouts are everywhere. */
  static Map<String, Object> forwarding(Map<String, Object> to) {
    var action = new TreeMap<>(to);
    action.put("timeout", "15s");
    action.put("retry_policy", Map.of("retry_on", "5xx,connect-failure,reset", "num_retries", 2));
    return action;
  }

  /** A cluster with thresholds and outlier detection. */
  static Map<String, Object> cluster(String name, boolean http2, Map<String, Object> more) {
    var cluster = new TreeMap<>(more);
    cluster.put("name", name);
    cluster.put("connect_timeout", "2s");
    cluster.put(
        "circuit_breakers",
        Map.of(
            "thresholds",
            List.of(
                Map.of(
                    "max_connections", 1024, "max_pending_requests", 1024, "max_requests", 1024))));
    cluster.put("outlier_detection", Map.of("consecutive_5xx", 5));
    if (http2) {
      String options = "extensions.upstreams.http.v3.HttpProtocolOptions";
      Map<String, Object> explicit =
          Map.of("explicit_http_config", Map.of("http2_protocol_options", Map.of()));
      cluster.put(
          "typed_extension_protocol_options", Map.of("envoy." + options, typed(options, explicit)));
    }
    return cluster;
  }

  /** The peer must have this SPIFFE id. */
  static List<Object> peer(String identity) {
    return List.of(Map.of("san_type", "URI", "matcher", Map.of("exact", identity)));
  }

  /**
   * TLS of one side.
   *
   * @param kind {@code Upstream} or {@code Downstream}
   */
  static Map<String, Object> tls(String kind, Map<String, Object> common) {
    var context = new TreeMap<String, Object>(Map.of("common_tls_context", common));
    if (kind.equals("Downstream")) {
      context.put("require_client_certificate", true);
    }
    return extension(
        "envoy.transport_sockets.tls",
        "extensions.transport_sockets.tls.v3." + kind + "TlsContext",
        context);
  }

  static String protocol(boolean http2) {
    return http2 ? "h2" : "http/1.1";
  }
}
