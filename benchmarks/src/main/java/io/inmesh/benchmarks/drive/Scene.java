package io.inmesh.benchmarks.drive;

import io.inmesh.benchmarks.backend.Backend;
import io.inmesh.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything but the clients: a control plane, certificates from its authority, the backend, and
 * the Envoys if there is a binary. All on loopback, all in processes of their own.
 */
final class Scene implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;
  private static final String CLIENT = "web";
  private static final String SERVER = "backend";

  private final Path directory;
  private final Path logs;
  private final Deque<Runnable> open = new ArrayDeque<>();
  private final Map<String, List<Integer>> ports = new HashMap<>();
  private final Child backend;
  private final Child plane;
  private final int plaintext;
  private final @Nullable Envoys envoys;

  /**
   * Starts all of it.
   *
   * @param envoy the binary, or null
   * @param logs a directory for what the processes print as errors
   */
  Scene(@Nullable Path envoy, Path logs) throws IOException, InterruptedException {
    this.logs = Files.createDirectories(logs);
    directory = Files.createTempDirectory("inmesh-benchmarks");
    Files.createDirectory(config());
    plane = keep(startPlane());
    Map<String, String> ready = plane.ready(PATIENCE_SECONDS);
    plaintext = Integer.parseInt(ready.getOrDefault("plaintext", "-1"));
    issue(CLIENT);
    issue(SERVER);
    var small = Child.Jvm.own("-Xmx256m", "-Xms256m", "-XX:+UseSerialGC");
    backend =
        keep(
            Child.java(
                "backend",
                logs,
                small,
                Backend.class.getName(),
                List.of(certificates(SERVER).toString())));
    backend
        .ready(PATIENCE_SECONDS)
        .forEach(
            (kind, numbers) ->
                ports.put(kind, Arrays.stream(numbers.split(",")).map(Integer::valueOf).toList()));
    configure();
    envoys = envoy == null ? null : envoys(envoy);
    if (envoys != null) {
      open.push(envoys::close);
    }
  }

  private Child keep(Child started) {
    open.push(started::close);
    return started;
  }

  private Child startPlane() {
    return Child.java(
        "control-plane",
        logs,
        Child.Jvm.own("-Xmx512m", "-XX:+UseSerialGC"),
        Main.class.getName(),
        List.of(
            "control-plane",
            "--config",
            config().toString(),
            "--state",
            state().toString(),
            "--port",
            "0",
            "--plaintext-port",
            "0",
            "--join",
            CLIENT + "," + SERVER));
  }

  private void issue(String service) throws InterruptedException {
    try (Child command =
        Child.java(
            "cert-" + service,
            logs,
            Child.Jvm.own(),
            Main.class.getName(),
            List.of(
                "cert",
                "--join",
                join(service).toString(),
                "--out",
                certificates(service).toString()))) {
      command.await(PATIENCE_SECONDS);
    }
  }

  private void configure() throws IOException, InterruptedException {
    String text =
        new MeshConfig()
            .add("plain", ports("http1"), false, "")
            .add("secure", ports("http1-tls"), false, identity(SERVER))
            .add("plain2", ports("http2"), true, "")
            .add("secure2", ports("http2-tls"), true, identity(SERVER))
            .text();
    Path written = Files.writeString(directory.resolve("mesh.xds.json"), text);
    Files.move(written, config().resolve("mesh.xds.json"));
    plane.line("revision ", PATIENCE_SECONDS);
  }

  private Envoys envoys(Path program) throws IOException, InterruptedException {
    return new Envoys(
        new Envoys.Settings(
            program,
            directory,
            logs,
            ports("http1"),
            ports("http2"),
            certificates(CLIENT),
            certificates(SERVER),
            identity(CLIENT),
            identity(SERVER)));
  }

  private Path config() {
    return directory.resolve("config");
  }

  private Path state() {
    return directory.resolve("state");
  }

  private Path join(String service) {
    return state().resolve("join").resolve("default." + service + ".join");
  }

  private Path certificates(String service) {
    return directory.resolve("certificates-" + service);
  }

  private static String identity(String service) {
    return "spiffe://cluster.local/ns/default/sa/" + service;
  }

  /** Where the scene keeps its files, until it is closed. */
  Path directory() {
    return directory;
  }

  /** Where logs go. */
  Path logs() {
    return logs;
  }

  /** The backend's ports of a kind. */
  List<Integer> ports(String kind) {
    return ports.getOrDefault(kind, List.of());
  }

  boolean hasEnvoys() {
    return envoys != null;
  }

  /** The words that tell a client what to call. */
  List<String> words(Contestant contestant) {
    var words = new ArrayList<String>(contestant.words());
    boolean http2 = contestant.backend().startsWith("http2");
    words.add("endpoints=" + endpoints(contestant, http2));
    words.add("authority=" + contestant.service());
    words.add("join=" + join(CLIENT));
    words.add("certificates=" + certificates(CLIENT));
    words.add("plaintext=127.0.0.1:" + plaintext);
    if (contestant.words().stream().noneMatch(it -> it.startsWith("path="))) {
      words.add("path=" + MeshConfig.PATH);
    }
    words.add("pids=" + pids(contestant));
    return words;
  }

  private String endpoints(Contestant contestant, boolean http2) {
    if (envoys != null && contestant.hops() > 0) {
      return contestant.hops() == 1 ? envoys.oneHop(http2) : envoys.twoHops(http2);
    }
    return String.join(
        ",", ports(contestant.backend()).stream().map(port -> "127.0.0.1:" + port).toList());
  }

  private String pids(Contestant contestant) {
    String text = "backend:" + backend.pid() + ",plane:" + plane.pid();
    if (envoys != null && contestant.hops() > 0) {
      List<String> proxies = envoys.pids(contestant.hops()).stream().map(String::valueOf).toList();
      text += ",proxy:" + String.join("+", proxies);
    }
    return text;
  }

  /** Ends all processes and removes the directory. */
  @Override
  public void close() throws IOException {
    while (!open.isEmpty()) {
      open.pop().run();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
