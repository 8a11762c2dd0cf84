package io.inmesh.runtime.member;

import io.inmesh.Mesh;
import io.inmesh.config.Address;
import io.inmesh.config.IpRange;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.identity.CertificateAuthority;
import io.inmesh.identity.JoinFile;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.plane.PlaneConnector;
import io.inmesh.plane.ResourceFormat;
import io.inmesh.runtime.MeshRuntime;
import io.inmesh.runtime.admin.AdminServer;
import io.inmesh.runtime.identity.IdentityKeeper;
import io.inmesh.runtime.inbound.ConnectionListener;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.net.Loops;
import io.inmesh.runtime.net.SocketIo;
import io.inmesh.runtime.observe.Observation;
import io.inmesh.server.Handler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A process that has joined a mesh by its join file. It has an identity, makes calls through {@link
 * #mesh}, and may serve. A composition root: threads, clocks and randomness begin here.
 *
 * <pre>{@code
 * try (Member member = Member.join(Path.of("web.join")).start()) {
 *   Response response = member.mesh().blocking().send(Request.of("GET", URI.create("http://orders/42")));
 * }
 * }</pre>
 */
public final class Member implements AutoCloseable {
  private static final String REGISTRATION = "INMESH_REGISTRATION";
  private static final String CERTIFICATE = "INMESH_CERTIFICATE";
  private static final Duration IDENTITY_PATIENCE = Duration.ofSeconds(15);
  private static final Duration DRAIN = Duration.ofSeconds(10);

  private final MemberBuilder settings;
  private final Loops loops;
  private final ThreadLoop configLoop;
  private final IdentityKeeper identity;
  private final CertificateAuthority authority;
  private final MeshRuntime mesh;
  private Node node;
  private volatile boolean closing;
  private @Nullable MeshServer server;
  private @Nullable Serving serving;
  private final @Nullable AdminServer admin;

  /**
   * What a process serves.
   *
   * @param address that other members call; the port may be another than the one that is bound, for
   *     instance behind a relay; 0 for the one that is bound. Not a name
   * @param protocol http, http2 or grpc
   * @param labels for subsets, for instance {@code version}
   * @param weight at least 1
   */
  public record Service(Address address, String protocol, Map<String, String> labels, int weight) {
    private static final Set<String> PROTOCOLS = Set.of("http", "http2", "grpc");

    /**
     * What the control plane would refuse is refused here.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public Service {
      labels = Map.copyOf(labels);
      if (IpRange.bytes(address.host()) == null || address.isWildcard()) {
        throw new IllegalArgumentException(
            "not an IP address that others can call: " + address.host());
      }
      if (!PROTOCOLS.contains(protocol)) {
        throw new IllegalArgumentException(
            "the protocol must be http, http2 or grpc, not " + protocol);
      }
      if (weight < 1) {
        throw new IllegalArgumentException("the weight must be at least 1, not " + weight);
      }
    }

    /** The same elsewhere. */
    public Service at(Address value) {
      return new Service(value, protocol, labels, weight);
    }

    /** HTTP/1.1 on loopback, on the port that is bound, without labels. */
    public static Service local() {
      return new Service(new Address("127.0.0.1", 0), "http", Map.of(), 1);
    }
  }

  /** Prepares joining by the file of a service. */
  public static MemberBuilder join(Path file) {
    try {
      return new MemberBuilder(JoinFile.parse(Files.readString(file)));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(
          "the join file " + file + " cannot be read: " + unreadable.getMessage(), unreadable);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(file + ": " + malformed.getMessage(), malformed);
    }
  }

  /** Prepares joining. */
  public static MemberBuilder join(JoinFile file) {
    return new MemberBuilder(file);
  }

  Member(MemberBuilder settings) {
    this.settings = settings;
    // The connector first: it prepares itself while the rest is made.
    PlaneConnector connector = settings.connector();
    var own = new OwnSecrets();
    this.authority = connector.authority(settings.file, own);
    var random = new SecureRandom();
    InstantSource clock = InstantSource.system();
    this.loops =
        new Loops(
            new Loops.Settings(
                settings.threads,
                "inmesh",
                random.nextLong(),
                System::nanoTime,
                SocketIo.of(System.getProperty("inmesh.io", "best"))));
    this.configLoop = new ThreadLoop(Member::configThread, System::nanoTime, random.nextLong());
    var options =
        new PlaneConnector.Options(
            settings.variant,
            Duration.ofSeconds(15),
            Optional.ofNullable(settings.state),
            settings.support,
            new PlaneConnector.Reports(
                settings.loadReports, Optional.ofNullable(settings.clientStatus)));
    this.identity =
        new IdentityKeeper(
            new IdentityKeeper.Settings(
                settings.file.identity(), settings.certificateLife, settings.persist),
            authority,
            Optional.ofNullable(settings.state),
            configLoop,
            clock,
            random);
    own.is(identity);
    this.node = node(settings.file, settings.locality, random);
    identity.start();
    this.mesh =
        MeshRuntime.builder()
            .node(node)
            .plane(connector.plane(settings.file, options))
            .identity(identity)
            .configLoop(configLoop)
            .loops(loops)
            .support(settings.support)
            .runtimeLayers(settings.runtimeLayers)
            .patience(settings.patience)
            .telemetry(settings.telemetry)
            .holdEmptyUpdates(settings.holdEmptyUpdates)
            .build();
    this.admin = admin(settings.admin, connector);
    identity.onChange(this::announce);
    announce();
  }

  private @Nullable AdminServer admin(@Nullable Address bind, PlaneConnector connector) {
    return bind == null ? null : AdminServer.start(mesh, bind, new Once(connector));
  }

  /** Most members are never asked for a dump. */
  private static final class Once implements Supplier<ResourceFormat> {
    private final PlaneConnector connector;
    private @Nullable ResourceFormat format;

    Once(PlaneConnector connector) {
      this.connector = connector;
    }

    @Override
    public synchronized ResourceFormat get() {
      ResourceFormat known = format == null ? connector.format() : format;
      format = known;
      return known;
    }
  }

  private static Thread configThread(Runnable work) {
    Thread thread = new Thread(work, "inmesh-config");
    thread.setDaemon(true);
    return thread;
  }

  /** Istio's form of an id: kind, address, workload and namespace. */
  private static Node node(JoinFile file, Locality locality, SecureRandom random) {
    String instance = Long.toHexString(random.nextLong() & 0xffffffffffL);
    String id =
        "inmesh~127.0.0.1~"
            + file.service()
            + "-"
            + instance
            + "."
            + file.namespace()
            + "~"
            + file.namespace()
            + ".svc."
            + file.trustDomain();
    Map<String, Object> metadata =
        Map.of("INMESH", Map.of("version", "0.1"), "NAMESPACE", file.namespace());
    return new Node(id, file.service(), locality, metadata);
  }

  /** The name of the service that the process is of. */
  public String name() {
    return settings.file.service();
  }

  /** Calls. */
  public Mesh mesh() {
    return mesh;
  }

  /** The same with counters and the lean form of a call. */
  public MeshRuntime runtime() {
    return mesh;
  }

  /** The port of the admin endpoint; 0 without one. */
  public int adminPort() {
    return admin == null ? 0 : admin.port();
  }

  /** The process's own certificate. */
  public IdentityKeeper identity() {
    return identity;
  }

  /**
   * Waits until there is a certificate.
   *
   * @throws IllegalStateException if there is none in time, saying why
   */
  public void awaitIdentity(Duration most) throws InterruptedException {
    try {
      identity.whenReady().toCompletableFuture().get(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException none) {
      String why = identity.error();
      throw new IllegalStateException(
          why.isEmpty() ? "no certificate within " + most.toMillis() + " ms" : why, none);
    }
  }

  /**
   * Serves, and registers the instance with the control plane. Who may call what is decided by the
   * inbound listener that the plane has for the instance; where it has none, all who prove by
   * mutual TLS that they are of the mesh. Once in the life of a member.
   *
   * @param port to bind; 0 for any
   * @throws IllegalStateException if there is no certificate within 15 seconds, or the member
   *     serves already
   */
  public MeshServer serve(int port, Service what, Handler handler, ConnectionListener listener)
      throws InterruptedException {
    return serve(new Address(what.address().host(), port), what, handler, listener);
  }

  /**
   * The same at another address than the one that others call.
   *
   * @param bind may be {@code 0.0.0.0}; port 0 for any
   */
  public MeshServer serve(Address bind, Service what, Handler handler, ConnectionListener listener)
      throws InterruptedException {
    Serving serving = serving(what.labels().getOrDefault("version", ""));
    awaitIdentity(IDENTITY_PATIENCE);
    MeshServer started =
        MeshServer.builder(loops, bind.port(), serving.observed(handler))
            .requests(serving.requests())
            .host(bind.host())
            .secrets(identity)
            .downstream(serving.enforcement())
            .listener(listener)
            .start();
    server = started;
    int told = what.address().port() == 0 ? started.port() : what.address().port();
    serving.begin(what.at(new Address(what.address().host(), told)));
    return started;
  }

  /**
   * Prepares serving by a server of the application's own, which then asks about each request. Once
   * in the life of a member, instead of {@link #serve}.
   *
   * @param version of the application, for telemetry; may be empty
   * @throws IllegalStateException if the member serves already
   */
  public Serving serving(String version) {
    if (serving != null) {
      throw new IllegalStateException("this member serves already");
    }
    Observation observation = mesh.observation();
    observation.self(observation.self().withVersion(version));
    var begun =
        new Serving(
            mesh.inbound(settings.security),
            observation,
            loops,
            this::register,
            identity,
            settings.drainNotice);
    serving = begun;
    return begun;
  }

  /** Tells the plane of the certificate in hand, for those who look after them. */
  private void announce() {
    X509Certificate leaf = identity.current().map(keys -> keys.chain().get(0)).orElse(null);
    if (leaf != null && !closing) {
      tell(
          CERTIFICATE,
          Map.of(
              "serial", leaf.getSerialNumber().toString(16),
              "not_after", leaf.getNotAfter().toInstant().toString()));
    }
  }

  /** Adds to what the plane knows of this process. */
  private synchronized void tell(String key, Object value) {
    Map<String, Object> metadata = new HashMap<>(node.metadata());
    if (!value.equals(metadata.put(key, value))) {
      node = new Node(node.id(), node.cluster(), node.locality(), metadata);
      mesh.node(node);
    }
  }

  private void register(Service what, boolean draining) {
    Map<String, Object> registration = new HashMap<>();
    registration.put("service", settings.file.service());
    registration.put("namespace", settings.file.namespace());
    registration.put("address", what.address().host());
    registration.put("port", (double) what.address().port());
    registration.put("protocol", what.protocol());
    registration.put("labels", Map.<String, Object>copyOf(what.labels()));
    registration.put("weight", (double) what.weight());
    registration.put("draining", draining);
    tell(REGISTRATION, registration);
  }

  /**
   * Says goodbye, serves on until callers have heard of it ({@link MemberBuilder#drainNotice}),
   * lets requests under way end for ten seconds at most, then ends everything.
   */
  @Override
  public void close() {
    closing = true;
    if (serving != null) {
      serving.drain().toCompletableFuture().join();
    }
    if (server != null) {
      server.close(DRAIN).toCompletableFuture().join();
    }
    if (admin != null) {
      admin.close();
    }
    mesh.close();
    identity.close();
    authority.close();
    // What the mesh has left to do there, such as to end its subscription, comes before.
    configLoop.execute(configLoop::close);
    loops.close();
  }
}
