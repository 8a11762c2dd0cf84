package io.inmesh.cli.replay;

import static io.inmesh.cli.replay.ReplayMesh.map;

import io.inmesh.config.Action.Forward;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Listener;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.VirtualHost;
import io.inmesh.explain.Explanation;
import io.inmesh.runtime.assemble.Dataplane;
import io.inmesh.runtime.engine.OutgoingCall;
import io.inmesh.runtime.engine.Recorder;
import io.inmesh.xds.json.ProtoJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The world of a recording over HTTP/1.1: its clusters, run-time values and environment, backends
 * in memory.
 */
final class World implements Decider {
  private static final long PATIENCE = Duration.ofSeconds(60).toNanos();

  private final Backends backends = new Backends();
  private final ReplayMesh mesh;

  /**
   * The world that a recording's first line tells of.
   *
   * @param localAddress what stands for this process in {@code x-forwarded-for}
   * @throws IllegalArgumentException if one of its clusters is refused
   */
  World(Map<?, ?> line, ProtoJson json, String localAddress, long seed) {
    Map<?, ?> clusters = map(line.get("clusters"));
    this.mesh = new ReplayMesh(line, clusters::containsKey, json, backends, localAddress, seed);
    var names = new ArrayList<String>();
    clusters.forEach((name, value) -> names.add(cluster(map(value))));
    mesh.serve(allOf(names));
  }

  /** Keeps every cluster known, as a wildcard subscription would: headers may name any. */
  private static final String ALL = "all clusters";

  private static Listener allOf(List<String> clusters) {
    var routes = new ArrayList<Route>();
    for (String name : clusters) {
      routes.add(
          new Route(
              name,
              RouteMatch.of(new RouteMatch.Prefix("/", true)),
              Forward.to(new ClusterSpecifier.Named(name))));
    }
    var host = new VirtualHost("all", List.of("*"), routes);
    var config = new RouteConfiguration("all", List.of(host));
    return Listener.api(
        ALL, new HttpConnection(List.of(), new HttpConnection.InlineRoutes(config)));
  }

  private String cluster(Map<?, ?> value) {
    String name = mesh.cluster(value.get("cluster"));
    if (value.get("endpoints") instanceof List<?> endpoints) {
      for (Object endpoint : endpoints) {
        if (map(endpoint).get("port") instanceof Number port) {
          backends.add(port.intValue(), name, String.valueOf(map(endpoint).get("name")));
        }
      }
    }
    return name;
  }

  @Override
  public @Nullable String accept(Map<?, ?> config) {
    mesh.at(config.get("now"));
    return mesh.serve(Settings.listener(config));
  }

  @Override
  public Map<String, Object> decide(String config, Map<?, ?> recorded, long seed) {
    var trial = new Trial();
    OutgoingCall call = mesh.begin(config, Recorded.request(recorded), seed, trial);
    call.demand(Integer.MAX_VALUE);
    mesh.loop().runUntil(trial::hasEnded, PATIENCE);
    if (!trial.hasEnded()) {
      throw new IllegalStateException("the call did not end");
    }
    return trial.outcome(call, backends.takeSeen());
  }

  /**
   * Explains one request; its draws are those that {@link #decide} would make.
   *
   * @param seed of all its draws
   */
  Explanation explain(String config, Map<?, ?> recorded, long seed) {
    var recorder = new Recorder(() -> {});
    mesh.begin(config, Recorded.request(recorded), seed, recorder);
    Dataplane.Source source = mesh.dataplane().source(recorder.chain());
    if (source == null) {
      throw new IllegalStateException("no listener has the chain of " + config);
    }
    var listener = new Explanation.ListenerStep(source.listener(), "", source.routes());
    return recorder.explanation("replay", listener, source.filters());
  }
}
