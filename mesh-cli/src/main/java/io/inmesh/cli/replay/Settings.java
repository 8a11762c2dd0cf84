package io.inmesh.cli.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The recordings' configs as proto-JSON of whole resources. */
final class Settings {
  private static final String TYPES = "type.googleapis.com/envoy.";
  private static final String FILTERS = "extensions.filters.";

  /** Where a recording does not tell the port; none of its rules names it. */
  static final int SOME_PORT = 10000;

  private Settings() {}

  /** The listener that a config line stands for. */
  static Map<String, Object> listener(Map<?, ?> config) {
    var router = new LinkedHashMap<String, Object>();
    router.put("@type", TYPES + FILTERS + "http.router.v3.Router");
    putAll(router, config.get("router"));
    var filters = new ArrayList<Object>(list(config.get("http_filters")));
    filters.add(Map.of("name", "envoy.filters.http.router", "typed_config", router));
    var connection = new LinkedHashMap<String, Object>();
    connection.put(
        "@type", TYPES + FILTERS + "network.http_connection_manager.v3.HttpConnectionManager");
    connection.put("stat_prefix", "replay");
    connection.put("generate_request_id", true);
    connection.put("route_config", config.get("route_config"));
    connection.put("http_filters", filters);
    putAll(connection, config.get("hcm"));
    Map<String, Object> filter = Map.of("name", "http", "typed_config", connection);
    Object port = config.get("listener_port") instanceof Number known ? known : SOME_PORT;
    return Map.of(
        "name",
        String.valueOf(config.get("id")),
        "address",
        address(port),
        "filter_chains",
        List.of(Map.of("filters", List.of(filter))));
  }

  static Map<String, Object> address(Object port) {
    return Map.of("socket_address", Map.of("address", "127.0.0.1", "port_value", port));
  }

  private static List<?> list(@Nullable Object json) {
    return json instanceof List<?> list ? list : List.of();
  }

  private static void putAll(Map<String, Object> into, @Nullable Object json) {
    if (json instanceof Map<?, ?> map) {
      map.forEach((key, value) -> into.put(String.valueOf(key), value));
    }
  }

  /** Run-time values by key, of layers as JSON nests them. */
  static Map<String, Object> runtime(@Nullable Object json) {
    var values = new HashMap<String, Object>();
    flatten("", json, values);
    return values;
  }

  private static void flatten(String prefix, @Nullable Object json, Map<String, Object> into) {
    if (json instanceof Map<?, ?> map) {
      map.forEach(
          (key, value) -> flatten(prefix.isEmpty() ? "" + key : prefix + "." + key, value, into));
    } else if (json != null) {
      into.put(prefix, json);
    }
  }
}
