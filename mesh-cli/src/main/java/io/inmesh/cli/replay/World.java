package io.inmesh.cli.replay;

import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.Action.Forward;
import io.inmesh.config.Cluster;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Listener;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.VirtualHost;
import io.inmesh.explain.Explanation;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import io.inmesh.runtime.assemble.Assembler;
import io.inmesh.runtime.assemble.ConfigWriter;
import io.inmesh.runtime.assemble.Dataplane;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.assemble.Parts;
import io.inmesh.runtime.assemble.SecretView;
import io.inmesh.runtime.cluster.ClusterParts;
import io.inmesh.runtime.cluster.HostEvents;
import io.inmesh.runtime.engine.HttpChain;
import io.inmesh.runtime.engine.OutgoingCall;
import io.inmesh.runtime.engine.Recorder;
import io.inmesh.runtime.engine.Surroundings;
import io.inmesh.runtime.filter.FilterTypes;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.stats.ClusterBook;
import io.inmesh.xds.codec.Decoded;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.codec.DecoderOptions;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.json.ProtoJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The product's own codec, assembly and engine in the world of a recording: its clusters, run-time
 * values and environment, backends in memory, time and chance made here.
 */
final class World {
  private static final long PATIENCE = Duration.ofSeconds(60).toNanos();
  private static final Instant START = Instant.ofEpochSecond(1_700_000_000);

  private final ReplayLoop loop;
  private final Backends backends = new Backends();
  private final ReplayPlane plane = new ReplayPlane();
  private final ProtoJson json;
  private final Decoder decoder;
  private final ConfigWriter writer;
  private final Surroundings surroundings;
  private Instant now = START;

  /**
   * The world that a recording's first line tells of.
   *
   * @param localAddress what stands for this process in {@code x-forwarded-for}
   * @throws IllegalArgumentException if one of its clusters is refused
   */
  World(Map<?, ?> line, ProtoJson json, String localAddress, long seed) {
    this.loop = new ReplayLoop(seed);
    this.json = json;
    Map<?, ?> clusters = map(line.get("clusters"));
    this.decoder =
        new Decoder(
            Extensions.standard(), DecoderOptions.DEFAULT.withClusters(clusters::containsKey));
    var names = new ArrayList<String>();
    clusters.forEach((name, value) -> names.add(cluster(map(value))));
    plane.put(allOf(names));
    this.surroundings = Surroundings.quiet(() -> now.getEpochSecond(), false);
    var view = new SecretView(new NoSecrets(), World::noAuthorities);
    this.writer =
        new ConfigWriter(new Assembler(parts(line, localAddress), view), new NameDialer(), loop);
    writer.open(plane, node(line), view);
    writer.want(ALL);
    loop.settle();
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

  static Map<?, ?> map(@Nullable Object json) {
    return json instanceof Map<?, ?> map ? map : Map.of();
  }

  private String cluster(Map<?, ?> value) {
    Resource resource =
        decoder.decode(json.resource(Resource.Type.CLUSTER, value.get("cluster"))).orThrow();
    String name = ((Cluster) resource).name();
    plane.put(resource);
    if (value.get("endpoints") instanceof List<?> endpoints) {
      for (Object endpoint : endpoints) {
        if (map(endpoint).get("port") instanceof Number port) {
          backends.add(port.intValue(), name, String.valueOf(map(endpoint).get("name")));
        }
      }
    }
    return name;
  }

  private Parts parts(Map<?, ?> line, String localAddress) {
    Map<?, ?> environment = map(line.get("env"));
    Node node = node(line);
    var clusters =
        new ClusterParts(
            loop,
            backends,
            (name, family, answer) -> answer.resolved(List.of(name), Duration.ofHours(1)),
            node.locality(),
            HostEvents.NONE,
            new ClusterBook());
    var process =
        new ProcessFacts(
            node,
            "replay",
            name -> environment.containsKey(name) ? String.valueOf(environment.get(name)) : "",
            () -> now,
            localAddress);
    return new Parts(
        clusters,
        new FilterTypes(List.of()),
        process,
        new RuntimeValues(Settings.runtime(line.get("runtime"))));
  }

  static Node node(Map<?, ?> line) {
    Map<?, ?> node = map(line.get("node"));
    Map<?, ?> locality = map(node.get("locality"));
    return new Node(
        text(node.get("id")),
        text(node.get("cluster")),
        new Locality(text(locality.get("region")), text(locality.get("zone")), ""),
        Map.of());
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : String.valueOf(value);
  }

  /** Takes a config in; null, or why it is refused. */
  @Nullable String accept(Map<?, ?> config) {
    Decoded decoded;
    now = config.get("now") instanceof Number seconds ? at(seconds) : START;
    try {
      decoded = decoder.decode(json.resource(Resource.Type.LISTENER, Settings.listener(config)));
    } catch (IllegalArgumentException malformed) {
      return String.valueOf(malformed.getMessage());
    }
    if (decoded instanceof Decoded.Refused refused) {
      return refused.message();
    }
    var bound = (Listener) ((Decoded.Accepted) decoded).resource();
    HttpConnection connection = bound.chains().get(0).network().http().orElseThrow();
    plane.put(callable(bound, connection));
    writer.want(bound.name());
    loop.settle();
    return null;
  }

  /** The clock of the recording, where it counts. */
  private static Instant at(Number seconds) {
    return Instant.ofEpochMilli((long) (seconds.doubleValue() * 1000));
  }

  /** The listener as one that is called by name, at the port that callers of its own would use. */
  private static Listener callable(Listener bound, HttpConnection connection) {
    Listener api = Listener.api(bound.name(), connection);
    return new Listener(
        api.name(),
        api.direction(),
        bound.bind(),
        api.chains(),
        api.fallback(),
        api.bindToPort(),
        api.listenerFilters(),
        api.metadata());
  }

  /**
   * Decides one request.
   *
   * @param seed of all its draws
   * @throws IllegalStateException if the call does not come to an end
   */
  Map<String, Object> decide(String config, Map<?, ?> recorded, long seed) {
    var trial = new Trial();
    OutgoingCall call = begin(config, Recorded.request(recorded), seed, trial);
    call.demand(Integer.MAX_VALUE);
    loop.runUntil(trial::hasEnded, PATIENCE);
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
    OutgoingCall call = begin(config, Recorded.request(recorded), seed, recorder);
    Dataplane.Source source = writer.dataplane().source(recorder.chain());
    if (source == null) {
      throw new IllegalStateException("no listener has the chain of " + call.request());
    }
    var listener = new Explanation.ListenerStep(source.listener(), "", source.routes());
    return recorder.explanation("replay", listener, source.filters());
  }

  private OutgoingCall begin(String config, Request request, long seed, CallSink sink) {
    var dialled = new Request("GET", "http", config, "/", Headers.EMPTY);
    HttpChain chain = new NameDialer().dial(writer.dataplane(), dialled);
    if (chain == null) {
      throw new IllegalStateException("config " + config + " is not served");
    }
    loop.seed(seed);
    var call =
        new OutgoingCall(chain, writer.dataplane(), "replay", surroundings, loop, request, sink);
    call.enter();
    call.proceed();
    return call;
  }

  private static TrustBundle noAuthorities() {
    throw new IllegalStateException("TLS is not part of a replay");
  }

  /** TLS is not part of a replay. */
  private static final class NoSecrets implements SecretStore {
    @Override
    public @Nullable KeyMaterial certificate(String name) {
      return null;
    }

    @Override
    public @Nullable TrustBundle trust(String name) {
      return null;
    }

    @Override
    public void onChange(Runnable listener) {}
  }
}
