package io.inmesh.cli.demo;

import io.inmesh.runtime.member.Member;
import io.inmesh.runtime.member.MemberBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A control plane, services and clients, each a process of its own or, where a check counts single
 * calls, a mesh in this one. All on loopback.
 */
final class World implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  static final Duration LEASE = Duration.ofSeconds(5);

  private final Path directory;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private @Nullable JavaProcess plane;
  private Map<String, String> planeReady = Map.of();
  private List<String> planeOptions = List.of();
  private int clients;

  /** An empty world in a directory of its own. */
  World() throws IOException {
    directory = Files.createTempDirectory("inmesh-demo");
    Files.createDirectory(config());
  }

  Path directory() {
    return directory;
  }

  /** Where the control plane's configuration stands. */
  Path config() {
    return directory.resolve("config");
  }

  Path state() {
    return directory.resolve("state");
  }

  /** Puts a file in place by a rename; answers when that was, by the system's nanoseconds. */
  long configure(String name, String text) throws IOException {
    Path fresh = directory.resolve(name + ".new");
    Files.writeString(fresh, text);
    Files.move(
        fresh,
        config().resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    return System.nanoTime();
  }

  /** Starts the control plane; the ports of the first start stay. */
  void startPlane(String... options) throws InterruptedException {
    planeOptions = options.length > 0 ? List.of(options) : planeOptions;
    var arguments =
        new ArrayList<>(
            List.of(
                "control-plane", "--config", config().toString(), "--state", state().toString()));
    arguments.addAll(List.of("--port", planeReady.getOrDefault("port", "0")));
    arguments.addAll(List.of("--plaintext-port", planeReady.getOrDefault("plaintext", "0")));
    arguments.addAll(List.of("--http-port", planeReady.getOrDefault("http", "0")));
    arguments.addAll(planeOptions);
    JavaProcess started = start("control-plane", List.of("-Xmx256m"), arguments);
    plane = started;
    planeReady = started.ready(PATIENCE);
  }

  JavaProcess plane() {
    JavaProcess known = plane;
    if (known == null) {
      throw new IllegalStateException("the control plane was not started");
    }
    return known;
  }

  int planePort() {
    return Integer.parseInt(planeReady.getOrDefault("port", "0"));
  }

  /** Where the control plane tells what it knows. */
  String planeApi() {
    return "http://127.0.0.1:" + planeReady.getOrDefault("http", "0");
  }

  int plaintextPort() {
    return Integer.parseInt(planeReady.getOrDefault("plaintext", "0"));
  }

  /** The join file of a service that the control plane was told of. */
  Path joinFile(String service) {
    return state().resolve("join").resolve("default." + service + ".join");
  }

  /** Starts an instance of a service; options of the command {@code serve} follow. */
  Served serve(String service, String... options) throws InterruptedException {
    return serveSmall(service, List.of("-Xmx96m"), options);
  }

  /** The same with options for the JVM. */
  Served serveSmall(String service, List<String> jvm, String... options)
      throws InterruptedException {
    var arguments =
        new ArrayList<>(List.of("serve", "--join", joinFile(service).toString(), "--port", "0"));
    arguments.addAll(List.of(options));
    JavaProcess process = start("serve-" + service, jvm, arguments);
    return new Served(process, Integer.parseInt(process.ready(PATIENCE).get("port")));
  }

  /** An instance and the port that it listens on. */
  record Served(JavaProcess process, int port) {}

  /** Starts any command in a process. */
  JavaProcess start(String name, List<String> jvm, List<String> arguments) {
    JavaProcess process = JavaProcess.start(name, directory, jvm, arguments);
    open.push(process);
    return process;
  }

  /** Starts another program in a process. */
  JavaProcess start(
      String name, JavaProcess.Program program, List<String> jvm, List<String> arguments) {
    JavaProcess process = JavaProcess.start(name, directory, program, jvm, arguments);
    open.push(process);
    return process;
  }

  /** A member of the mesh in this process, with a state directory of its own. */
  Member client(String service) {
    return client(
        service, directory.resolve("client-" + service + "-" + clients++), Duration.ofHours(24));
  }

  /** A member of the mesh in this process. The caller closes it. */
  Member client(String service, Path stateDirectory, Duration certificateLife) {
    return Member.join(joinFile(service))
        .stateDirectory(stateDirectory)
        .certificateLife(certificateLife)
        .start();
  }

  /** A member that is still to be started. */
  MemberBuilder joining(String service) {
    return Member.join(joinFile(service));
  }

  /** Something to be closed with the world. */
  <T extends AutoCloseable> T keep(T it) {
    open.push(it);
    return it;
  }

  /** Ends all processes at once. */
  void kill() {
    for (AutoCloseable one : open) {
      if (one instanceof JavaProcess process) {
        process.destroy();
      }
    }
  }

  /** Closes what was opened, the last first, and removes the directory. */
  @Override
  public void close() throws IOException {
    for (AutoCloseable one : open) {
      if (one instanceof JavaProcess process) {
        process.end();
      }
    }
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception alsoFailed) {
        System.getLogger("io.inmesh.demo")
            .log(System.Logger.Level.WARNING, "while cleaning up", alsoFailed);
      }
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
