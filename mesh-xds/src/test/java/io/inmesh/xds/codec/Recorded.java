package io.inmesh.xds.codec;

import io.inmesh.xds.json.ProtoJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** Configs that were given to a real Envoy 1.40, and whether it took them. */
public final class Recorded {
  private static final String TYPES = "type.googleapis.com/envoy.";

  private Recorded() {}

  public static List<Map<String, Object>> lines(String name) {
    return lines(name, "", "");
  }

  /** The lines of a file, with one text put in place of another. */
  public static List<Map<String, Object>> lines(String name, String text, String instead) {
    try (InputStream file = Recorded.class.getResourceAsStream(name + ".jsonl.gz");
        var reader =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
      var lines = new ArrayList<Map<String, Object>>();
      reader
          .lines()
          .forEach(
              line ->
                  lines.add(
                      map(ProtoJson.parse(text.isEmpty() ? line : line.replace(text, instead)))));
      return lines;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  @SuppressWarnings("unchecked")
  public static Map<String, Object> map(Object json) {
    return (Map<String, Object>) json;
  }

  @SuppressWarnings("unchecked")
  public static List<Object> list(Object json) {
    return (List<Object>) json;
  }

  /** The listener that a config line stands for. */
  public static Map<String, Object> listener(Map<String, Object> config) {
    var router = new LinkedHashMap<String, Object>();
    router.put("@type", TYPES + "extensions.filters.http.router.v3.Router");
    router.putAll(map(config.getOrDefault("router", Map.of())));
    var filters = new ArrayList<>(list(config.getOrDefault("http_filters", List.of())));
    filters.add(Map.of("name", "envoy.filters.http.router", "typed_config", router));
    var hcm = new LinkedHashMap<String, Object>();
    hcm.put(
        "@type",
        TYPES + "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager");
    hcm.put("stat_prefix", "d");
    hcm.put("route_config", config.get("route_config"));
    hcm.put("http_filters", filters);
    hcm.putAll(map(config.getOrDefault("hcm", Map.of())));
    return Map.of(
        "@type",
        TYPES + "config.listener.v3.Listener",
        "name",
        config.get("id"),
        "address",
        Map.of("socket_address", Map.of("address", "127.0.0.1", "port_value", 8080L)),
        "filter_chains",
        List.of(Map.of("filters", List.of(Map.of("name", "hcm", "typed_config", hcm)))));
  }
}
