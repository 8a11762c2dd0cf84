package io.inmesh.runtime;

import io.inmesh.call.CallLog;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.SpiffeId;
import io.inmesh.identity.TrustBundle;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.Support;
import io.inmesh.runtime.assemble.Assembler;
import io.inmesh.runtime.assemble.ConfigWriter;
import io.inmesh.runtime.assemble.Dialer;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.assemble.Parts;
import io.inmesh.runtime.assemble.Passthrough;
import io.inmesh.runtime.assemble.SecretView;
import io.inmesh.runtime.cluster.ClusterParts;
import io.inmesh.runtime.cluster.HostEvents;
import io.inmesh.runtime.cluster.LoadBook;
import io.inmesh.runtime.cluster.NameResolver;
import io.inmesh.runtime.cluster.SystemNameResolver;
import io.inmesh.runtime.edge.Edges;
import io.inmesh.runtime.engine.Counters;
import io.inmesh.runtime.engine.InFlight;
import io.inmesh.runtime.engine.StandingErrands;
import io.inmesh.runtime.engine.Surroundings;
import io.inmesh.runtime.filter.FilterType;
import io.inmesh.runtime.filter.FilterTypes;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.identity.IdentityKeeper;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.net.Loops;
import io.inmesh.runtime.net.NettyTransport;
import io.inmesh.runtime.net.SocketIo;
import io.inmesh.runtime.observe.Observation;
import io.inmesh.runtime.observe.Telemetry;
import io.inmesh.runtime.stats.Party;
import io.inmesh.runtime.tls.TlsProvider;
import io.inmesh.transport.Transport;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Describes a mesh and puts it together. What is not given is made, and ends with the mesh; what is
 * given stays the giver's. This is where clocks, randomness and environment come from.
 */
public final class MeshBuilder {
  private static final int RESPONSE_LIMIT = 16 << 20;

  private String service = "app";
  private String namespace = "default";
  private @Nullable Node node;
  private @Nullable ConfigPlane plane;
  private SecretStore secrets = new NoSecrets();
  private Supplier<String> identityError = () -> "";
  private @Nullable Loops loops;
  private SocketIo socketIo = SocketIo.of(System.getProperty("inmesh.io", "best"));
  private @Nullable EventLoop onlyLoop;
  private @Nullable EventLoop configLoop;
  private @Nullable Transport transport;
  private @Nullable NameResolver resolver;
  private Executor executor = ForkJoinPool.commonPool();
  private Dialer dialer = new NameDialer();
  private OutboundPolicy policy = OutboundPolicy.ALLOW_ANY;
  private Duration patience = Duration.ofMillis(200);
  private Duration initialFetch = Duration.ofSeconds(15);
  private int responseLimit = RESPONSE_LIMIT;
  private boolean resendUnsent = true;
  private boolean holdEmptyUpdates = true;
  private InstantSource clock = InstantSource.system();
  private TlsProvider tls = TlsProvider.BEST;
  private RuntimeValues runtime = RuntimeValues.NONE;
  private List<String> runtimeLayers = List.of();
  private Set<String> environment = Set.of();
  private Support support = Support.DEFAULT;
  private HostEvents events = HostEvents.NONE;
  private Telemetry telemetry = Telemetry.NONE;
  private Supplier<TrustBundle> platformRoots = new PlatformRoots();
  private final List<CallLog> logs = new ArrayList<>();
  private final List<FilterType<?>> filters = new ArrayList<>();
  private final List<String> wanted = new ArrayList<>();

  MeshBuilder() {}

  /** Whose process this is; the name under which the plane knows it. {@code app} by default. */
  public MeshBuilder service(String value) {
    service = value;
    return this;
  }

  /** {@code default} by default. */
  public MeshBuilder namespace(String value) {
    namespace = value;
    return this;
  }

  /** All that is told to the plane; instead of service and namespace. */
  public MeshBuilder node(Node value) {
    node = value;
    return this;
  }

  /** Where config comes from. Must be given. */
  public MeshBuilder plane(ConfigPlane value) {
    plane = value;
    return this;
  }

  /** The process's own certificate and roots; none by default. */
  public MeshBuilder secrets(SecretStore value) {
    secrets = value;
    return this;
  }

  /** The same, renewed while it runs. Not started and not closed here. */
  public MeshBuilder identity(IdentityKeeper value) {
    secrets = value;
    identityError = value::error;
    return this;
  }

  /** The threads of calls and sockets; one per core by default. */
  public MeshBuilder loops(Loops value) {
    loops = value;
    return this;
  }

  /**
   * What drives the sockets, where no loops are given; what the system property {@code inmesh.io}
   * says by default ({@code best}, {@code epoll}, {@code io-uring}, {@code nio}), otherwise epoll
   * where there is one.
   */
  public MeshBuilder socketIo(SocketIo value) {
    socketIo = value;
    return this;
  }

  /** One loop for all calls, for a transport without sockets of its own. */
  public MeshBuilder loop(EventLoop value) {
    onlyLoop = value;
    return this;
  }

  /** The loop on which config is folded; a thread of its own by default. */
  public MeshBuilder configLoop(EventLoop value) {
    configLoop = value;
    return this;
  }

  /** How hosts are connected to; Netty by default. */
  public MeshBuilder transport(Transport value) {
    transport = value;
    return this;
  }

  /** How names are looked up; by the operating system by default. */
  public MeshBuilder resolver(NameResolver value) {
    resolver = value;
    return this;
  }

  /** Runs the application's code; the common pool by default. */
  public MeshBuilder executor(Executor value) {
    executor = value;
    return this;
  }

  /** How destinations find their listener; by name by default. */
  public MeshBuilder dialer(Dialer value) {
    dialer = value;
    return this;
  }

  /** What becomes of calls to destinations that are not in the mesh; allowed by default. */
  public MeshBuilder outboundPolicy(OutboundPolicy value) {
    policy = value;
    return this;
  }

  /** How long a call waits for the plane's answer about a new destination; 200 ms by default. */
  public MeshBuilder patience(Duration value) {
    patience = value;
    return this;
  }

  /** How long calls wait for the plane's first answer of all; 15 s by default. */
  public MeshBuilder initialFetchTimeout(Duration value) {
    initialFetch = value;
    return this;
  }

  /** The most bytes of a response that is collected whole; 16 MiB by default. */
  public MeshBuilder responseLimit(int bytes) {
    responseLimit = bytes;
    return this;
  }

  /**
   * Whether a request of which nothing has reached the peer's application is sent again, once and
   * at once, even without a retry policy; true by default. Envoy does not.
   */
  public MeshBuilder resendUnsent(boolean value) {
    resendUnsent = value;
    return this;
  }

  /**
   * Whether an update that leaves a cluster without endpoints waits as long as its hosts answer,
   * and five seconds of silence more; true by default. Envoy's does not. The same holds for
   * listeners, routes and clusters, if over half of a type is taken away within 30 seconds after
   * the plane was reached.
   */
  public MeshBuilder holdEmptyUpdates(boolean value) {
    holdEmptyUpdates = value;
    return this;
  }

  /** The wall clock. */
  public MeshBuilder clock(InstantSource value) {
    clock = value;
    return this;
  }

  /** Who does the cryptography; BoringSSL by default, if it is there. */
  public MeshBuilder tls(TlsProvider value) {
    tls = value;
    return this;
  }

  /**
   * Which variables of the environment config may print, by {@code %ENVIRONMENT(NAME)%}; none by
   * default: a control plane could have any other sent wherever it likes.
   */
  public MeshBuilder environment(Set<String> names) {
    environment = Set.copyOf(names);
    return this;
  }

  /** What the log tells of resources that are not honoured in full; each change by default. */
  public MeshBuilder support(Support value) {
    support = value;
    return this;
  }

  /** Values that replace what config says under their keys; none by default. */
  public MeshBuilder runtime(RuntimeValues value) {
    runtime = value;
    return this;
  }

  /**
   * Layers of run-time values that the plane is asked for, by name; none by default. Later layers
   * count more than earlier ones, and all more than {@link #runtime}. Source: RTDS, layered_runtime
   * of Envoy's bootstrap.
   */
  public MeshBuilder runtimeLayers(String... names) {
    runtimeLayers = List.of(names);
    return this;
  }

  /**
   * The authorities that vouch for HTTPS servers outside the mesh, under the trust domain ""; those
   * of the Java platform by default.
   */
  public MeshBuilder platformRoots(Supplier<TrustBundle> value) {
    platformRoots = value;
    return this;
  }

  /** Told when hosts are ejected and come back. */
  public MeshBuilder hostEvents(HostEvents value) {
    events = value;
    return this;
  }

  /** What is told of calls, and to whom; nothing by default. */
  public MeshBuilder telemetry(Telemetry value) {
    telemetry = value;
    return this;
  }

  /** One more listener to ended calls. */
  public MeshBuilder log(CallLog value) {
    logs.add(value);
    return this;
  }

  /** One more kind of filter. */
  public MeshBuilder filter(FilterType<?> value) {
    filters.add(value);
    return this;
  }

  /** A destination that is needed from the start. */
  public MeshBuilder want(String destination) {
    wanted.add(destination);
    return this;
  }

  /**
   * Starts it. Config arrives later; calls wait for it.
   *
   * @throws IllegalStateException if no plane is given
   */
  public MeshRuntime build() {
    ConfigPlane from = plane;
    if (from == null) {
      throw new IllegalStateException("a mesh needs a config plane");
    }
    var closing = new Closing();
    var seeds = new SecureRandom();
    var view = new SecretView(secrets, platformRoots);
    Threads threads = threads(closing, seeds);
    EventLoop config = configLoop(closing, seeds);
    Transport wire = transport(closing, threads, view);
    Node who = node == null ? node() : node;
    var observation = new Observation(telemetry, Party.of(who), this::principal, clock);
    var clusters =
        new ClusterParts(
            config,
            wire,
            resolver(closing),
            who.locality(),
            observation.hostEvents(events),
            observation.clusters(),
            holdEmptyUpdates,
            new LoadBook());
    ProcessFacts process = process(who);
    var errands = new StandingErrands(config, threads.loops(), runtime, process);
    var parts = new Parts(clusters, new FilterTypes(filters), process, runtime, errands);
    var inFlight = new InFlight(observation.stripes());
    var counters = new Counters(inFlight);
    observation.open(counters, config);
    var assembler = new Assembler(parts, view, runtimeLayers);
    var writer = new ConfigWriter(assembler, dialer, config, support);
    var surroundings =
        new Surroundings(
            observation.callLog(logs),
            () -> clock.instant().getEpochSecond(),
            counters,
            inFlight,
            resendUnsent,
            observation.callMeters(),
            telemetry.tracing(),
            new WriterDemands(writer, dialer, config));
    errands.open(writer::dataplane, surroundings);
    var passthrough = new Passthrough(parts, assembler);
    var settings = new Entrance.Settings(policy, patience, initialFetch);
    var entrance = new Entrance(writer, dialer, surroundings, passthrough, config, settings);
    BooleanSupplier onLoop = () -> threads.onLoop().getAsBoolean() || config.inLoop();
    var edges = new Edges(entrance, threads.loops(), onLoop, executor, responseLimit);
    var explaining = new Explaining(entrance, dialer, threads.loops(), executor);
    closing.first(
        () -> {
          surroundings.inFlight().cancelAll("the mesh was closed");
          config.execute(
              () -> {
                writer.close();
                passthrough.close();
                observation.close();
              });
        });
    config.execute(
        () -> {
          writer.open(observation.observed(from), who, view);
          wanted.forEach(writer::want);
        });
    Surroundings incoming = Surroundings.quiet(surroundings.unixSeconds(), false);
    return new MeshRuntime(
        entrance,
        explaining,
        edges,
        writer,
        config,
        secrets,
        identityError,
        counters,
        wire,
        incoming,
        initialFetch,
        observation,
        closing);
  }

  /** The loops of calls, and who is on one. */
  private record Threads(
      Supplier<? extends EventLoop> loops, BooleanSupplier onLoop, @Nullable Loops netty) {}

  private Threads threads(Closing closing, SecureRandom seeds) {
    EventLoop only = onlyLoop;
    if (only != null) {
      return new Threads(() -> only, only::inLoop, null);
    }
    Loops known = loops;
    if (known == null) {
      int cores = Runtime.getRuntime().availableProcessors();
      known =
          new Loops(
              new Loops.Settings(
                  cores, "inmesh-loop", seeds.nextLong(), System::nanoTime, socketIo));
      closing.last(known::close);
    }
    Loops netty = known;
    return new Threads(netty::choose, () -> Loops.current() != null, netty);
  }

  private String principal() {
    KeyMaterial own = secrets.certificate(SecretStore.OWN_CERTIFICATE);
    return own == null ? "" : SpiffeId.of(own.leaf()).map(SpiffeId::uri).orElse("");
  }

  private EventLoop configLoop(Closing closing, SecureRandom seeds) {
    if (configLoop != null) {
      return configLoop;
    }
    var own =
        new ThreadLoop(
            task -> {
              var thread = new Thread(task, "inmesh-config");
              thread.setDaemon(true);
              return thread;
            },
            System::nanoTime,
            seeds.nextLong());
    closing.last(() -> own.execute(own::close));
    return own;
  }

  private Transport transport(Closing closing, Threads threads, SecretStore view) {
    if (transport != null) {
      return transport;
    }
    Loops netty =
        Objects.requireNonNull(
            threads.netty(), "a transport must be given with a loop that is not Netty's");
    var made = new NettyTransport(netty, view, clock, tls);
    closing.then(made::close);
    return made;
  }

  private NameResolver resolver(Closing closing) {
    if (resolver != null) {
      return resolver;
    }
    ExecutorService blocking =
        Executors.newCachedThreadPool(
            task -> {
              var thread = new Thread(task, "inmesh-names");
              thread.setDaemon(true);
              return thread;
            });
    closing.last(blocking::shutdownNow);
    return new SystemNameResolver(blocking);
  }

  private Node node() {
    String id = "inmesh~" + service + "." + namespace + "~" + ProcessHandle.current().pid();
    return new Node(
        id, service, Locality.NONE, Map.of("NAMESPACE", namespace, "INMESH", version()));
  }

  private static Map<String, Object> version() {
    String version = MeshBuilder.class.getPackage().getImplementationVersion();
    return Map.of("version", version == null ? "dev" : version);
  }

  private ProcessFacts process(Node who) {
    String hostname = "localhost";
    String address = "127.0.0.1";
    try {
      InetAddress local = InetAddress.getLocalHost();
      hostname = local.getHostName();
      address = local.isLoopbackAddress() ? ProcessFacts.ownAddress() : local.getHostAddress();
    } catch (UnknownHostException unnamed) {
      // A host that cannot name itself is still reached by the loopback address.
    }
    return new ProcessFacts(
        who,
        hostname,
        name ->
            environment.contains(name) ? Objects.requireNonNullElse(System.getenv(name), "") : "",
        clock::instant,
        address);
  }

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
