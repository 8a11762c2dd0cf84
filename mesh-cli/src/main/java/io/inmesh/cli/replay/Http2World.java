package io.inmesh.cli.replay;

import static io.inmesh.cli.replay.ReplayMesh.map;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.runtime.engine.OutgoingCall;
import io.inmesh.xds.json.ProtoJson;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The world of a recording of HTTP/2 and gRPC outcomes: each config has a cluster of its own with
 * one scripted backend.
 */
final class Http2World implements Decider {
  private static final int BACKEND = 2;
  private static final String DEAD = "dead";
  private static final String OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

  /** How long the recordings' client waits for anything. */
  private static final long PATIENCE = Duration.ofMillis(1200).toNanos();

  private final Http2Backend backend = new Http2Backend(BACKEND);
  private final ReplayMesh mesh;

  Http2World(Map<?, ?> line, ProtoJson json, String localAddress, long seed) {
    this.mesh = new ReplayMesh(line, name -> true, json, backend, localAddress, seed);
    mesh.cluster(cluster(DEAD, 1, Map.of("explicit_http_config", http2())));
  }

  private static Map<String, Object> http2() {
    return Map.of("http2_protocol_options", Map.of());
  }

  static Map<String, Object> cluster(String name, int port, Map<?, ?> protocol) {
    var options = new LinkedHashMap<String, Object>();
    options.put("@type", "type.googleapis.com/" + OPTIONS);
    protocol.forEach((key, value) -> options.put(String.valueOf(key), value));
    Object endpoint = Map.of("endpoint", Map.of("address", Settings.address(port)));
    Object hosts = Map.of("lb_endpoints", List.of(endpoint));
    return Map.of(
        "name",
        name,
        "type",
        "STATIC",
        "connect_timeout",
        "0.5s",
        "load_assignment",
        Map.of("cluster_name", name, "endpoints", List.of(hosts)),
        "typed_extension_protocol_options",
        Map.of(OPTIONS, options));
  }

  @Override
  public @Nullable String accept(Map<?, ?> config) {
    String name = String.valueOf(config.get("id"));
    try {
      mesh.cluster(cluster(name, BACKEND, map(config.get("upstream_protocol"))));
    } catch (IllegalArgumentException refused) {
      return String.valueOf(refused.getMessage());
    }
    var whole = new LinkedHashMap<String, Object>();
    config.forEach((key, value) -> whole.put(String.valueOf(key), value));
    whole.put("route_config", routes(name, map(config.get("route"))));
    return mesh.serve(Settings.listener(whole));
  }

  private static Map<String, Object> routes(String name, Map<?, ?> recorded) {
    var route = new LinkedHashMap<Object, Object>(recorded);
    if (recorded.get("route") instanceof Map<?, ?> action && "up".equals(action.get("cluster"))) {
      var to = new LinkedHashMap<Object, Object>(action);
      to.put("cluster", name);
      route.put("route", to);
    }
    Object host = Map.of("name", "v", "domains", List.of("*"), "routes", List.of(route));
    return Map.of("name", name, "virtual_hosts", List.of(host));
  }

  @Override
  public Map<String, Object> decide(String config, Map<?, ?> recorded, long seed) {
    var script = new ArrayList<String>();
    if (recorded.get("script") instanceof List<?> tokens) {
      tokens.forEach(token -> script.add(String.valueOf(token)));
    }
    backend.begin(script);
    var trial = new Http2Trial(mesh.process());
    OutgoingCall call = mesh.begin(config, request(recorded), seed, trial);
    call.demand(Integer.MAX_VALUE);
    mesh.loop().runUntil(trial::hasEnded, PATIENCE);
    if (!trial.hasEnded()) {
      trial.giveUp(PATIENCE);
      call.cancel("downstream_remote_disconnect");
    }
    return trial.outcome(call, backend.seen());
  }

  private static Request request(Map<?, ?> recorded) {
    String text = String.valueOf(recorded.get("body"));
    Headers trailers = headers(recorded.get("trailers"));
    boolean empty = text.isEmpty() && trailers.size() == 0;
    return new Request(
        String.valueOf(recorded.get("method")),
        "http",
        String.valueOf(recorded.get("authority")),
        String.valueOf(recorded.get("path")),
        headers(recorded.get("headers")).freeze(),
        empty ? Optional.empty() : Optional.<Body>of(new Sent(message(text), trailers)),
        Duration.ZERO);
  }

  private static Headers headers(@Nullable Object json) {
    var headers = new Headers();
    if (json instanceof List<?> fields) {
      for (Object field : fields) {
        List<?> pair = (List<?>) field;
        headers.add(String.valueOf(pair.get(0)), String.valueOf(pair.get(1)));
      }
    }
    return headers;
  }

  /** As a gRPC message; nothing if there is no text. */
  static byte[] message(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    var framed = new ByteArrayOutputStream();
    if (bytes.length > 0) {
      framed.writeBytes(new byte[] {0, 0, 0, 0, (byte) bytes.length});
      framed.writeBytes(bytes);
    }
    return framed.toByteArray();
  }
}
