package io.inmesh.cli.replay;

import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.config.Cluster;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Listener;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
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
import io.inmesh.runtime.engine.StandingErrands;
import io.inmesh.runtime.engine.Surroundings;
import io.inmesh.runtime.filter.FilterTypes;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.stats.ClusterBook;
import io.inmesh.transport.Transport;
import io.inmesh.xds.codec.Decoded;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.codec.DecoderOptions;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.json.ProtoJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The product's own codec, assembly and engine over a transport of the replay's; time and chance
 * are made here.
 */
final class ReplayMesh {
  private static final Instant START = Instant.ofEpochSecond(1_700_000_000);

  private final ReplayLoop loop;
  private final ReplayPlane plane = new ReplayPlane();
  private final ProtoJson json;
  private final Decoder decoder;
  private final ConfigWriter writer;
  private final Surroundings surroundings;
  private final ProcessFacts process;
  private Instant now = START;

  /**
   * A mesh without config.
   *
   * @param line the first of a recording: node, environment, run-time values
   * @param clusters which names a route may have where clusters are checked
   * @param localAddress what stands for this process in {@code x-forwarded-for}
   */
  ReplayMesh(
      Map<?, ?> line,
      Predicate<String> clusters,
      ProtoJson json,
      Transport backends,
      String localAddress,
      long seed) {
    this.loop = new ReplayLoop(seed);
    this.json = json;
    this.decoder =
        new Decoder(Extensions.standard(), DecoderOptions.DEFAULT.withClusters(clusters));
    this.surroundings = Surroundings.quiet(() -> now.getEpochSecond(), false);
    Map<?, ?> environment = map(line.get("env"));
    this.process =
        new ProcessFacts(
            node(line),
            "replay",
            name -> environment.containsKey(name) ? String.valueOf(environment.get(name)) : "",
            () -> now,
            localAddress);
    var view = new SecretView(new NoSecrets(), ReplayMesh::noAuthorities);
    var values = new RuntimeValues(Settings.runtime(line.get("runtime")));
    var errands = new StandingErrands(loop, () -> loop, values, process);
    Parts parts =
        new Parts(clusters(backends), new FilterTypes(List.of()), process, values, errands);
    this.writer = new ConfigWriter(new Assembler(parts, view), new NameDialer(), loop);
    errands.open(writer::dataplane, surroundings);
    writer.open(plane, node(line), view);
  }

  private ClusterParts clusters(Transport backends) {
    return new ClusterParts(
        loop,
        backends,
        (name, family, answer) -> answer.resolved(List.of(name), Duration.ofHours(1)),
        process.node().locality(),
        HostEvents.NONE,
        new ClusterBook());
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

  static Map<?, ?> map(@Nullable Object json) {
    return json instanceof Map<?, ?> map ? map : Map.of();
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : String.valueOf(value);
  }

  ReplayLoop loop() {
    return loop;
  }

  /** What formats may print of the process. */
  ProcessFacts process() {
    return process;
  }

  /** What is served now. */
  Dataplane dataplane() {
    return writer.dataplane();
  }

  /** Sets the clock on the wall, in seconds; null for the usual time. */
  void at(@Nullable Object seconds) {
    now =
        seconds instanceof Number known
            ? Instant.ofEpochMilli((long) (known.doubleValue() * 1000))
            : START;
  }

  /**
   * Makes a cluster known; its name.
   *
   * @throws IllegalArgumentException if it is refused
   */
  String cluster(@Nullable Object proto) {
    Resource resource = decoder.decode(json.resource(Resource.Type.CLUSTER, proto)).orThrow();
    plane.put(resource);
    return ((Cluster) resource).name();
  }

  /** Serves a listener, which needs no proto. */
  void serve(Listener listener) {
    plane.put(listener);
    writer.want(listener.name());
    loop.settle();
  }

  /** Serves a listener; null, or why it is refused. */
  @Nullable String serve(Map<String, Object> proto) {
    Decoded decoded;
    try {
      decoded = decoder.decode(json.resource(Resource.Type.LISTENER, proto));
    } catch (IllegalArgumentException malformed) {
      return String.valueOf(malformed.getMessage());
    }
    if (decoded instanceof Decoded.Refused refused) {
      return refused.message();
    }
    var bound = (Listener) ((Decoded.Accepted) decoded).resource();
    serve(callable(bound, bound.chains().get(0).network().http().orElseThrow()));
    return null;
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
   * Begins a call through a listener that is served.
   *
   * @param seed of all its draws
   */
  OutgoingCall begin(String listener, Request request, long seed, CallSink sink) {
    var dialled = new Request("GET", "http", listener, "/", Headers.EMPTY);
    HttpChain chain = new NameDialer().dial(writer.dataplane(), dialled);
    if (chain == null) {
      throw new IllegalStateException("config " + listener + " is not served");
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
