package io.inmesh.cli.replay;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.inmesh.xds.json.ProtoJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Matchers and formats of any text, on requests of any text: what the codec takes is assembled, and
 * decides without failing.
 */
class RoutingFuzz {
  private static final int WORLDS_LAST = 500;
  private static final List<String> STRINGS =
      List.of("exact", "prefix", "suffix", "contains", "safe_regex");

  private @Nullable World world;
  private int configs;

  /** Matchers of path, headers, query and cookies. */
  @FuzzTest(maxDuration = "5m")
  void matchers(FuzzedDataProvider data) {
    Map<String, Object> match = new LinkedHashMap<>();
    match.put(
        data.pickValue(List.of("prefix", "path", "path_separated_prefix", "template")),
        data.consumeString(20));
    if (data.consumeBoolean()) {
      match.clear();
      match.put("safe_regex", Map.of("regex", data.consumeString(30)));
    }
    if (match.remove("template") instanceof String template) {
      match.put(
          "path_match_policy",
          Map.of(
              "name",
              "t",
              "typed_config",
              Map.of(
                  "@type",
                  "type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig",
                  "path_template",
                  template)));
    }
    match.put("headers", List.of(header(data)));
    match.put("query_parameters", List.of(Map.of("name", "q", "string_match", text(data))));
    Object action = Map.of("cluster", "c0");
    decide(data, Map.of("match", match, "route", action));
  }

  private static Object text(FuzzedDataProvider data) {
    String kind = data.pickValue(STRINGS);
    String value = data.consumeString(30);
    Object test = kind.equals("safe_regex") ? Map.of("regex", value) : value;
    return Map.of(kind, test, "ignore_case", data.consumeBoolean());
  }

  private static Object header(FuzzedDataProvider data) {
    var header = new LinkedHashMap<String, Object>();
    header.put("name", data.consumeBoolean() ? "x-a" : data.consumeString(10));
    if (data.consumeBoolean()) {
      header.put("string_match", text(data));
    } else {
      header.put("range_match", Map.of("start", data.consumeLong(), "end", data.consumeLong()));
    }
    header.put("invert_match", data.consumeBoolean());
    return header;
  }

  /** Formats in headers that are added, in rewrites and bodies. */
  @FuzzTest(maxDuration = "5m")
  void formats(FuzzedDataProvider data) {
    String format = data.consumeString(60);
    var header = Map.of("header", Map.of("key", "x-out", "value", format));
    var route = new LinkedHashMap<String, Object>();
    route.put("match", Map.of("prefix", "/"));
    route.put("request_headers_to_add", List.of(header));
    route.put("response_headers_to_add", List.of(header));
    if (data.consumeBoolean()) {
      route.put("route", Map.of("cluster", "c0"));
    } else {
      route.put(
          "direct_response",
          Map.of(
              "status",
              200,
              "body_format",
              Map.of("text_format_source", Map.of("inline_string", format))));
    }
    decide(data, route);
  }

  /** One route for one request. */
  private void decide(FuzzedDataProvider data, Map<String, Object> route) {
    // One world for all that concerns a config: the next call may bring a new one.
    World all = world();
    String id = "fuzz" + configs;
    Object host = Map.of("name", "v", "domains", List.of("*"), "routes", List.of(route));
    var config =
        Map.of("id", id, "route_config", Map.of("name", id, "virtual_hosts", List.of(host)));
    if (all.accept(config) != null) {
      return;
    }
    var headers = new ArrayList<Object>();
    headers.add(List.of("x-a", data.consumeString(30)));
    headers.add(List.of("cookie", data.consumeString(30)));
    String path = "/" + data.consumeString(40);
    Map<String, Object> request =
        Map.of("method", "GET", "host", data.consumeString(20), "path", path, "headers", headers);
    all.explain(id, request, 1);
    all.decide(id, request, 1);
  }

  private World world() {
    World known = world;
    if (known == null || configs++ % WORLDS_LAST == WORLDS_LAST - 1) {
      known = new World(Map.of("clusters", Map.of("c0", CLUSTER)), new ProtoJson(), "192.0.2.2", 1);
      world = known;
    }
    return known;
  }

  private static final Map<String, Object> CLUSTER =
      Map.of(
          "cluster",
          Map.of("name", "c0", "type", "STATIC", "load_assignment", Map.of("cluster_name", "c0")),
          "endpoints",
          List.of());
}
