package io.inmesh.cli.replay;

import static io.inmesh.cli.replay.ReplayMesh.map;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.runtime.engine.OutgoingCall;
import io.inmesh.xds.json.ProtoJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The world of a recording of authorization and rate limit services: one backend, one service over
 * HTTP, one over gRPC, which answer as each case says.
 */
final class ExternalWorld implements Decider {
  private static final long PATIENCE = Duration.ofSeconds(5).toNanos();

  /** Whose recordings these are; they do not tell. */
  private static final Map<String, Object> NODE =
      Map.of("node", Map.of("id", "difftest", "cluster", "difftest-svc"));

  private final ExternalBackends backends = new ExternalBackends();
  private final ReplayMesh mesh;

  ExternalWorld(ProtoJson json, String localAddress, long seed) {
    this.mesh = new ReplayMesh(NODE, name -> true, json, backends, localAddress, seed);
    Map<?, ?> http = Map.of("explicit_http_config", Map.of("http_protocol_options", Map.of()));
    Map<?, ?> http2 = Map.of("explicit_http_config", Map.of("http2_protocol_options", Map.of()));
    mesh.cluster(Http2World.cluster("b", ExternalBackends.BACKEND, http));
    mesh.cluster(Http2World.cluster("h", ExternalBackends.OVER_HTTP, http));
    mesh.cluster(Http2World.cluster("g", ExternalBackends.OVER_GRPC, http2));
  }

  @Override
  public @Nullable String accept(Map<?, ?> config) {
    var host = new LinkedHashMap<String, Object>();
    map(config.get("vhost")).forEach((key, value) -> host.put(String.valueOf(key), value));
    host.put("name", "v");
    host.put("domains", List.of("*"));
    host.put("routes", List.of(map(config.get("route"))));
    var whole = new LinkedHashMap<Object, Object>(config);
    whole.put("route_config", Map.of("name", "r", "virtual_hosts", List.of(host)));
    return mesh.serve(Settings.listener(whole));
  }

  @Override
  public Map<String, Object> decide(String config, Map<?, ?> recorded, long seed) {
    backends.begin(new ExternalScript(map(recorded.get("script"))));
    var trial = new ExternalTrial();
    OutgoingCall call = mesh.begin(config, request(recorded), seed, trial);
    call.demand(Integer.MAX_VALUE);
    mesh.loop().runUntil(trial::hasEnded, PATIENCE);
    if (!trial.hasEnded()) {
      throw new IllegalStateException("the call did not end");
    }
    return trial.outcome(call, backends.seen());
  }

  private static Request request(Map<?, ?> recorded) {
    var headers = new Headers();
    if (recorded.get("headers") instanceof List<?> fields) {
      for (Object field : fields) {
        List<?> pair = (List<?>) field;
        headers.add(String.valueOf(pair.get(0)), String.valueOf(pair.get(1)));
      }
    }
    Optional<Body> body = Optional.empty();
    if (recorded.get("body") instanceof String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      headers.add("content-length", Integer.toString(bytes.length));
      body = bytes.length == 0 ? body : Optional.of(new Sent(bytes, Headers.EMPTY));
    }
    return new Request(
        String.valueOf(recorded.get("method")),
        "http",
        String.valueOf(recorded.get("host")),
        String.valueOf(recorded.get("path")),
        headers.freeze(),
        body,
        Duration.ZERO);
  }
}
