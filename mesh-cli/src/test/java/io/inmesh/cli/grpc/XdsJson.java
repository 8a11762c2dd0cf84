package io.inmesh.cli.grpc;

import com.google.protobuf.Message;
import io.inmesh.xds.json.ProtoJson;
import java.util.List;

/** Short ways to write resources as proto-JSON, with {@code '} for quotes. */
final class XdsJson {
  private static final String TYPES = "type.googleapis.com/envoy.";
  private static final ProtoJson JSON = new ProtoJson();

  private XdsJson() {}

  static Message message(String text) {
    return JSON.resource(ProtoJson.parse(text.replace('\'', '"')));
  }

  /** The name of an extension's message, without its beginning. */
  static String type(String rest) {
    return "'@type': '" + TYPES + rest + "'";
  }

  /**
   * A listener for port 80 of a host, whose routes have the host's name; filters before the router.
   */
  static String listener(String name, String filters) {
    return """
    {%s, 'name': '%s:80', 'api_listener': {'api_listener': {%s, 'rds': {'route_config_name': '%s',
     'config_source': {'ads': {}, 'resource_api_version': 'V3'}}, 'http_filters': [%s
      {'name': 'router', 'typed_config': {%s}}]}}}
    """
        .formatted(
            type("config.listener.v3.Listener"),
            name,
            type("extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
            name,
            filters.isEmpty() ? "" : filters + ",",
            type("extensions.filters.http.router.v3.Router"));
  }

  static String routes(String name, String... routes) {
    return """
    {%s, 'name': '%s', 'virtual_hosts': [{'name': 'all', 'domains': ['*'], 'routes': [%s]}]}
    """
        .formatted(type("config.route.v3.RouteConfiguration"), name, String.join(",", routes));
  }

  /** A route for what a match takes. */
  static String route(String match, String cluster) {
    return "{'match': {%s}, 'route': {'cluster': '%s'}}".formatted(match, cluster);
  }

  /** A route for everything, with further fields of its action. */
  static String all(String cluster, String... action) {
    String more = action.length == 0 ? "" : ", " + String.join(", ", action);
    return "{'match': {'prefix': ''}, 'route': {'cluster': '%s'%s}}".formatted(cluster, more);
  }

  /** A cluster by EDS that speaks HTTP/2, with further fields. */
  static String cluster(String name, String... fields) {
    return bare(
        name,
        "'type': 'EDS', 'eds_cluster_config': {'eds_config': {'ads': {}, 'resource_api_version':"
            + " 'V3'}}"
            + (fields.length == 0 ? "" : ", " + String.join(", ", fields)));
  }

  /** A cluster of another kind that speaks HTTP/2. */
  static String bare(String name, String fields) {
    return """
    {%s, 'name': '%s', 'connect_timeout': '5s', %s, 'typed_extension_protocol_options': {
     'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {%s,
      'explicit_http_config': {'http2_protocol_options': {}}}}}
    """
        .formatted(
            type("config.cluster.v3.Cluster"),
            name,
            fields,
            type("extensions.upstreams.http.v3.HttpProtocolOptions"));
  }

  static String address(int port) {
    return "'address': {'socket_address': {'address': '127.0.0.1', 'port_value': %d}}"
        .formatted(port);
  }

  static String endpoint(int port) {
    return "{'endpoint': {%s}}".formatted(address(port));
  }

  static String locality(String zone, int weight, int priority, List<String> endpoints) {
    return """
    {'locality': {'region': 'r', 'zone': '%s'}, 'load_balancing_weight': %d, 'priority': %d,
     'lb_endpoints': [%s]}
    """
        .formatted(zone, weight, priority, String.join(",", endpoints));
  }

  static String endpoints(String cluster, String... localities) {
    return "{%s, 'cluster_name': '%s', 'endpoints': [%s]}"
        .formatted(
            type("config.endpoint.v3.ClusterLoadAssignment"),
            cluster,
            String.join(",", localities));
  }

  /** Endpoints in one place. */
  static String endpoints(String cluster, int... ports) {
    List<String> each = java.util.Arrays.stream(ports).mapToObj(XdsJson::endpoint).toList();
    return endpoints(cluster, locality("z", 1, 0, each));
  }
}
