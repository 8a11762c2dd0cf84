package io.inmesh.runtime;

import io.inmesh.BlockingMesh;
import io.inmesh.Mesh;
import io.inmesh.MeshStatus;
import io.inmesh.call.Call;
import io.inmesh.call.CallSink;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import io.inmesh.call.StreamingResponse;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.explain.CircuitBreakerState;
import io.inmesh.explain.Explanation;
import io.inmesh.identity.SecretStore;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.assemble.ConfigWriter;
import io.inmesh.runtime.assemble.Dataplane;
import io.inmesh.runtime.assemble.InboundListener;
import io.inmesh.runtime.edge.Edges;
import io.inmesh.runtime.enforcement.Enforcement;
import io.inmesh.runtime.engine.Counters;
import io.inmesh.runtime.engine.Surroundings;
import io.inmesh.runtime.observe.Observation;
import io.inmesh.server.SecurityListener;
import io.inmesh.transport.Transport;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** The running mesh inside an application. Safe for use by many threads. */
public final class MeshRuntime implements Mesh {
  private final Entrance entrance;
  private final Explaining explaining;
  private final Edges edges;
  private final BlockingMesh blocking;
  private final ConfigWriter config;
  private final EventLoop configLoop;
  private final SecretStore secrets;
  private final Supplier<String> identityError;
  private final Counters counters;
  private final Transport transport;
  private final Surroundings incoming;
  private final Duration initialFetch;
  private final Observation observation;
  private final Runnable release;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Put together by {@link MeshBuilder}.
   *
   * @param incoming what incoming calls share
   * @param initialFetch how long they wait for the plane's first answer
   * @param release ends calls, then connections, then the subscription
   */
  MeshRuntime(
      Entrance entrance,
      Explaining explaining,
      Edges edges,
      ConfigWriter config,
      EventLoop configLoop,
      SecretStore secrets,
      Supplier<String> identityError,
      Counters counters,
      Transport transport,
      Surroundings incoming,
      Duration initialFetch,
      Observation observation,
      Runnable release) {
    this.entrance = entrance;
    this.explaining = explaining;
    this.edges = edges;
    this.blocking = edges.blocking();
    this.config = config;
    this.configLoop = configLoop;
    this.secrets = secrets;
    this.identityError = identityError;
    this.counters = counters;
    this.transport = transport;
    this.incoming = incoming;
    this.initialFetch = initialFetch;
    this.observation = observation;
    this.release = release;
  }

  /** A mesh that is still to be described. */
  public static MeshBuilder builder() {
    return new MeshBuilder();
  }

  private void checkOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the mesh is closed");
    }
  }

  @Override
  public CompletionStage<Response> send(Request request) {
    checkOpen();
    return edges.send(request);
  }

  @Override
  public CompletionStage<StreamingResponse> exchange(Request request) {
    checkOpen();
    return edges.exchange(request);
  }

  @Override
  public BlockingMesh blocking() {
    checkOpen();
    return blocking;
  }

  /**
   * The lean form of a call: callbacks on {@code loop}, which must be the current thread's and one
   * of the mesh's. The sink may be called before this returns.
   */
  public Call call(EventLoop loop, Request request, CallSink sink) {
    checkOpen();
    return entrance.call(loop, request, sink, entrance.context());
  }

  /**
   * Whether calls to where a request goes are made by the mesh's config. {@code false} means that
   * they would pass by it, unchanged. A destination that is not known yet is asked for, and the
   * answer awaited, as by a call.
   */
  public CompletionStage<Boolean> isMeshed(Request request) {
    checkOpen();
    return entrance.isMeshed(edges.loop(), request);
  }

  @Override
  public CompletionStage<Explanation> explain(Request request, OptionalLong draw) {
    checkOpen();
    return explaining.explain(request, draw);
  }

  @Override
  public MeshStatus status() {
    ConfigWriter.Known known = config.known();
    return new MeshStatus(
        config.dataplane().revision(),
        known.source(),
        known.plane(),
        Optional.ofNullable(secrets.certificate(SecretStore.OWN_CERTIFICATE))
            .map(own -> new MeshStatus.Identity(own.chain())),
        identityError.get(),
        known.rejections(),
        circuitBreakers());
  }

  private List<CircuitBreakerState> circuitBreakers() {
    return config.dataplane().allClusters().stream()
        .flatMap(cluster -> cluster.circuitBreaker().stream())
        .sorted(Comparator.comparing(CircuitBreakerState::cluster))
        .toList();
  }

  @Override
  public void want(String destination) {
    checkOpen();
    configLoop.execute(() -> config.want(destination));
  }

  /** Tells the plane that something about this process has changed, for instance that it drains. */
  public void node(Node node) {
    checkOpen();
    configLoop.execute(() -> config.node(node));
  }

  /**
   * The listener of calls to this process, for a server to be judged by. Each call of this makes
   * one.
   */
  public InboundCalls inbound(SecurityListener security) {
    checkOpen();
    var listener = new InboundListener(config, configLoop);
    return new InboundCalls(listener, new Enforcement(listener, incoming, security, initialFetch));
  }

  /**
   * What a server needs to be judged by config.
   *
   * @param listener to be told where the server is called
   * @param enforcement to be given to the server
   */
  public record InboundCalls(InboundListener listener, Enforcement enforcement) {}

  /** What the mesh has counted since it was made. */
  public Counters counters() {
    return counters;
  }

  /** Connections to other members, with those that are being opened. */
  public long connections() {
    return transport.openConnections();
  }

  /** Exchanges under way on these connections. */
  public long streams() {
    return transport.activeStreams();
  }

  /** What is told of calls; for servers of the same process. */
  public Observation observation() {
    return observation;
  }

  /** The config in force. */
  public Dataplane dataplane() {
    return config.dataplane();
  }

  /** The fields that config sets and this mesh does not honour, by resource. */
  public Map<Resource.Key, List<String>> unsupported() {
    return config.known().unsupported();
  }

  /**
   * Resources that the control plane has taken away and that are kept, because it took away over
   * half of a type just after it was reached, and hosts behind them answer.
   */
  public Set<Resource.Key> heldBack() {
    return config.heldBack();
  }

  /** All resources that are served, in no order; secrets among them. Completes on any thread. */
  public CompletionStage<List<Resource>> resources() {
    checkOpen();
    var answer = new CompletableFuture<List<Resource>>();
    configLoop.execute(() -> answer.complete(config.served()));
    return answer;
  }

  /** How many live parts (pools, host states, buckets) there are; none once it is closed. */
  public int liveParts() {
    return config.liveParts();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      release.run();
    }
  }
}
