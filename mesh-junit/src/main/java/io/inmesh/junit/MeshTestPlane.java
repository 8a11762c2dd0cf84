package io.inmesh.junit;

import io.inmesh.controlplane.ControlPlane;
import io.inmesh.controlplane.ads.NodeStatus;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.ConfigFile;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.runtime.inbound.ConnectionListener;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.member.Member;
import io.inmesh.runtime.member.MemberBuilder;
import io.inmesh.server.Handler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The mesh of a {@link MeshTest}, to be changed while the test runs. Every change is in force when
 * the method returns: the control plane has taken it, and all processes that are connected have
 * confirmed it. Services are named {@code SERVICE}, or {@code SERVICE.NAMESPACE} outside the
 * namespace {@code default}. Owner: the test's thread. A composition root.
 */
public final class MeshTestPlane {
  private static final String TRUST_DOMAIN = "cluster.local";
  private static final Duration LEASE = Duration.ofSeconds(5);
  private static final Duration CERTIFICATE_LIFE = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long PAUSE_MILLIS = 10;

  /** How often in a row nothing may be under way: what a process asks for next is on its way. */
  private static final int QUIET_LOOKS = 2;

  private final Path directory;
  private final ControlPlane plane;
  private final Map<ServiceName, Member> shared = new LinkedHashMap<>();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private TestConfig config;

  /** The state of a mesh that {@link #backTo} goes back to. */
  record Mark(TestConfig config, int open) {}

  private MeshTestPlane(Path directory, TestConfig config, ControlPlane plane) {
    this.directory = directory;
    this.config = config;
    this.plane = plane;
  }

  /**
   * Starts a mesh.
   *
   * @param directory for the files of the control plane
   * @param main the text of its {@code mesh.yaml}, and how problems are to name it
   * @throws IllegalArgumentException if it has errors
   */
  static MeshTestPlane start(Path directory, ConfigFile main) throws IOException {
    TestConfig config = TestConfig.of(main);
    Path files = directory.resolve("config");
    Files.createDirectories(files);
    write(directory, WrittenConfig.files(config, TRUST_DOMAIN, files));
    var settings =
        new ControlPlane.Settings(
            files,
            directory.resolve("state"),
            "127.0.0.1",
            0,
            -1,
            TRUST_DOMAIN,
            LEASE,
            CERTIFICATE_LIFE);
    return new MeshTestPlane(directory, config, ControlPlane.start(settings, new Nobody()));
  }

  /** What is refused is refused before it is written. */
  private static final class Nobody implements ConfigDirectory.Listener {
    @Override
    public void taken(Generation generation) {}

    @Override
    public void refused(List<Problem> problems) {}
  }

  private static void write(Path directory, List<ConfigFile> files) throws IOException {
    for (ConfigFile file : files) {
      Path target = directory.resolve("config").resolve(file.name());
      if (!Files.exists(target) || !Files.readString(target).equals(file.text())) {
        Path fresh = directory.resolve("fresh");
        Files.writeString(fresh, file.text());
        Files.move(
            fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /**
   * Replaces {@code mesh.yaml}, and keeps sections, instances and files that were added.
   *
   * @throws IllegalArgumentException naming what is wrong; what was in force stays
   */
  public void configure(String yaml) {
    become(config.withMain(yaml));
  }

  /**
   * Adds a service, or replaces its section in {@code mesh.yaml}.
   *
   * @param section what would stand below the service's name, for instance {@code timeout: 1s}
   * @throws IllegalArgumentException naming what is wrong; what was in force stays
   */
  public void service(String name, String section) {
    become(config.withService(ServiceName.of(name), section));
  }

  /**
   * Adds or replaces a file beside {@code mesh.yaml}: resources of Istio, or of xDS.
   *
   * @param name for instance {@code policies.yaml}; of xDS resources {@code NAME.xds.yaml}
   * @throws IllegalArgumentException naming what is wrong; what was in force stays
   */
  public void file(String name, String text) {
    become(config.withFile(name, text));
  }

  /** Removes such a file. */
  public void removeFile(String name) {
    become(config.withoutFile(name));
  }

  /**
   * Adds an instance that knows nothing of the mesh, such as a WireMock server: a plaintext port on
   * loopback.
   */
  public void instance(String service, int port) {
    instance(service, "127.0.0.1:" + port);
  }

  /** The same elsewhere: {@code HOST:PORT}. */
  public void instance(String service, String address) {
    become(config.withInstance(ServiceName.of(service), address));
  }

  /** Removes all instances that were added so; those of the file, and members, stay. */
  public void removeInstances(String service) {
    become(config.withoutInstances(ServiceName.of(service)));
  }

  /**
   * Joins a process of a service. It has one thread, and believes the control plane at once if that
   * takes something away: a test knows what it does.
   */
  public Member join(String service) {
    return join(service, settings -> {});
  }

  /** The same with other settings. */
  public Member join(String service, Consumer<MemberBuilder> settings) {
    Member member = start(ServiceName.of(service), settings);
    open.push(member);
    return member;
  }

  private Member start(ServiceName name, Consumer<MemberBuilder> settings) {
    MemberBuilder builder =
        Member.join(plane.issueJoinFile(name.service(), name.namespace()))
            .threads(1)
            .drainNotice(Duration.ZERO)
            .holdEmptyUpdates(false);
    settings.accept(builder);
    return builder.start();
  }

  /** The member that all parameters and fields of this service share. */
  Member shared(String service) {
    return shared.computeIfAbsent(ServiceName.of(service), name -> start(name, settings -> {}));
  }

  /** Joins a process of a service that answers by a handler, on loopback. */
  public MeshServer serve(String service, Handler handler) {
    return serve(join(service), Member.Service.local(), handler);
  }

  /** Lets a member answer, for instance with labels. Once for each member. */
  public MeshServer serve(Member member, Member.Service what, Handler handler) {
    MeshServer server;
    try {
      server = member.serve(0, what, handler, ConnectionListener.NONE);
    } catch (InterruptedException interrupted) {
      throw interrupted(interrupted);
    }
    until(() -> isRegistered(server.port()), member.name() + " did not register");
    awaitInForce();
    return server;
  }

  private boolean isRegistered(int port) {
    return plane.registry().instances().stream().anyMatch(one -> one.address().port() == port);
  }

  /** The join file of a service, for processes that the test starts itself. */
  public Path joinFile(String service) {
    ServiceName name = ServiceName.of(service);
    return plane.issueJoinFile(name.service(), name.namespace());
  }

  /** The control plane. */
  public ControlPlane controlPlane() {
    return plane;
  }

  /**
   * Waits until every process that is connected has confirmed all that it was sent, and has been
   * sent all that it asked for. Methods that change the mesh do this themselves.
   *
   * @throws IllegalStateException if one refuses what it was sent, or says nothing for 20 seconds
   */
  public void awaitInForce() {
    var quiet = new int[1];
    until(
        () -> {
          quiet[0] = isInForce() ? quiet[0] + 1 : 0;
          return quiet[0] == QUIET_LOOKS;
        },
        "not all processes of the mesh have taken the configuration of now");
  }

  private boolean isInForce() {
    // Streams look at a new configuration one step after it was taken: hence the first question.
    join(plane.ads().nodes());
    for (NodeStatus node : join(plane.ads().nodes())) {
      for (NodeStatus.OfType type : node.types().values()) {
        if (!type.rejection().isEmpty()) {
          throw new IllegalStateException(
              node.node().node().cluster() + " refuses its configuration: " + type.rejection());
        }
        if (type.pending()) {
          return false;
        }
      }
    }
    // A process confirms, and then does what it was told: on this thread of its own.
    open.forEach(MeshTestPlane::passConfigThread);
    shared.values().forEach(MeshTestPlane::passConfigThread);
    return true;
  }

  private static void passConfigThread(AutoCloseable process) {
    if (process instanceof Member member) {
      join(member.runtime().resources());
    }
  }

  private void become(TestConfig next) {
    Path files = directory.resolve("config");
    List<ConfigFile> written = WrittenConfig.files(next, TRUST_DOMAIN, files);
    try {
      write(directory, written);
      removeOthers(files, written.stream().map(ConfigFile::name).toList());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    config = next;
    plane.config().load();
    awaitInForce();
  }

  private static void removeOthers(Path files, List<String> names) throws IOException {
    try (var all = Files.list(files)) {
      for (Path file : all.toList()) {
        if (!names.contains(String.valueOf(file.getFileName()))) {
          Files.delete(file);
        }
      }
    }
  }

  /** What is to be kept when a test is over. */
  Mark mark() {
    return new Mark(config, open.size());
  }

  /** Ends what was begun since, and puts the configuration back. */
  void backTo(Mark mark) {
    close(mark.open());
    if (!config.equals(mark.config())) {
      become(mark.config());
    }
  }

  /** Is closed with the mesh, before those that were there earlier. */
  void opened(AutoCloseable what) {
    open.push(what);
  }

  private void close(int left) {
    IllegalStateException failed = null;
    while (open.size() > left) {
      try {
        open.pop().close();
      } catch (Exception unclosed) {
        failed = failed == null ? new IllegalStateException("cannot be ended", unclosed) : failed;
      }
    }
    if (failed != null) {
      throw failed;
    }
  }

  /** Ends everything. */
  void close() throws IOException {
    try {
      close(0);
    } finally {
      shared.values().forEach(Member::close);
      plane.close();
    }
  }

  private static void until(BooleanSupplier condition, String otherwise) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(otherwise + " within " + PATIENCE.toSeconds() + " s");
      }
      join(
          CompletableFuture.runAsync(
              () -> {}, CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)));
    }
  }

  private static <T> T join(java.util.concurrent.CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      throw interrupted(interrupted);
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException no) {
      throw new IllegalStateException("the mesh of this test does not answer", no);
    }
  }

  private static IllegalStateException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted", cause);
  }
}
