package io.inmesh.benchmarks.drive;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.inmesh.benchmarks.load.Processes;
import io.inmesh.benchmarks.load.Window;
import io.inmesh.benchmarks.load.Worker;
import io.inmesh.benchmarks.scale.ManyClustersPlane;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How clients bear 1,000, 4,000 and 10,000 clusters of ten endpoints. */
@Command(
    name = "scale",
    description = "First call, memory and updates with very many clusters.",
    mixinStandardHelpOptions = true)
public final class ManyClustersRun implements Callable<Integer> {
  private static final int PATIENCE_SECONDS = 90;
  private static final int SETTLE_MILLIS = 800;
  private static final String QUIET = "window 4 1.5 3";
  private static final String DISTURBED = "window 4 0.2 3";

  private final Gson json = new Gson();

  @Option(
      names = "--clusters",
      split = ",",
      defaultValue = "1000,4000,10000",
      description = "How many.")
  private List<Integer> sizes = List.of();

  @Option(
      names = "--clients",
      split = ",",
      defaultValue = "inmesh,grpc-xds,Armeria,Envoy",
      description = "Which.")
  private List<String> clients = List.of();

  @Option(
      names = "--envoy",
      defaultValue = "",
      description = "The binary; otherwise from the path.")
  private String envoy;

  @Option(names = "--out", defaultValue = "", description = "The file for results, appended to.")
  private String out;

  private final Path logs = Path.of("benchmarks/target/logs");
  private final PrintStream console = System.out;
  private @Nullable Path program;

  /** What the client of now holds with one cluster. */
  private long emptyKb;

  /** Runs it and ends the process. */
  public static void main(String[] arguments) {
    // What a user says comes after what the script says.
    var command = new CommandLine(new ManyClustersRun()).setOverwrittenOptionsAllowed(true);
    System.exit(command.execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Files.createDirectories(logs);
    program = Envoys.find(envoy, System.getenv("PATH")).orElse(null);
    var file =
        Path.of(
            out.isEmpty()
                ? "benchmarks/results/" + LocalDate.now(ZoneOffset.UTC) + "-scale.jsonl"
                : out);
    int code = 0;
    try (var results = new Results(file)) {
      results.write("machine", Machine.now());
      for (String client : clients) {
        if (client.equals("Envoy") && program == null) {
          console.println("NOT RUN: Envoy: there is no envoy on the path");
          code = Harness.NOT_RUN;
          continue;
        }
        runSizes(results, client);
      }
    }
    return code;
  }

  /** What does not bear one size is not asked to bear more. */
  private void runSizes(Results results, String client) throws IOException, InterruptedException {
    emptyKb = 0;
    int now = 1;
    try {
      emptyKb = measured(client, now, false).get("kb").getAsLong();
      for (int size : sizes) {
        now = size;
        JsonObject line = measured(client, size, true);
        line.addProperty("label", client + " " + size);
        results.write("scale", line);
        console.println(json.toJson(line));
      }
    } catch (IllegalStateException failed) {
      console.println("FAILED: " + client + ", " + now + " clusters: " + failed.getMessage());
      JsonObject line = new JsonObject();
      line.addProperty("label", client + " " + now + ": " + failed.getMessage());
      results.write("scale", line);
    }
  }

  private JsonObject measured(String client, int size, boolean updates)
      throws IOException, InterruptedException {
    int port = freePort();
    boolean http2 = client.equals("grpc-xds");
    try (Child plane = plane(size, http2, port)) {
      String target = "127.0.0.1:" + plane.ready(PATIENCE_SECONDS).get("plaintext");
      if (!client.equals("Envoy")) {
        try (Child worker = worker(client, target, target)) {
          return measured(plane, worker, null, updates ? size : 0);
        }
      }
      long start = System.nanoTime();
      try (Child proxy = proxy(target)) {
        awaitListening(port);
        double opened = (System.nanoTime() - start) / 1e9;
        try (Child worker = worker("netty", target, "127.0.0.1:" + port)) {
          JsonObject line = measured(plane, worker, proxy, updates ? size : 0);
          line.addProperty("firstCallSeconds", opened);
          return line;
        }
      }
    }
  }

  private Child plane(int size, boolean http2, int port) {
    return Child.java(
        "plane-" + size,
        logs,
        Child.Jvm.own("-Xms1g", "-Xmx3g", "-XX:+UseParallelGC"),
        ManyClustersPlane.class.getName(),
        List.of(String.valueOf(size), String.valueOf(http2), String.valueOf(port)));
  }

  private Child worker(String client, String plane, String endpoint) {
    var words = new ArrayList<String>();
    switch (client) {
      case "inmesh" -> words.add("inmesh-plaintext");
      case "grpc-xds" -> words.addAll(List.of("grpc", "form=xds"));
      case "Armeria" -> words.addAll(List.of("armeria", "form=ads"));
      default -> words.add("netty-http1");
    }
    words.addAll(
        List.of(
            "plaintext=" + plane,
            "endpoints=" + endpoint,
            "authority=many",
            "path=/call/x",
            "baseline=true"));
    return Child.java(
        "scale-" + client,
        logs,
        Child.Jvm.own("-Xms1g", "-Xmx3g", "-Dio.netty.leakDetection.level=disabled"),
        Worker.class.getName(),
        words);
  }

  private Child proxy(String plane) throws IOException {
    Map<String, Object> ads = Map.of("ads", Map.of(), "resource_api_version", "V3");
    Map<String, Object> grpc = Map.of("envoy_grpc", Map.of("cluster_name", "plane"));
    int port = Integer.parseInt(plane.substring(plane.indexOf(':') + 1));
    Map<String, Object> cluster =
        XdsJson.cluster(
            "plane",
            true,
            Map.of("type", "STATIC", "load_assignment", XdsJson.endpoints("plane", List.of(port))));
    Map<String, Object> config =
        Map.of(
            "node",
            Map.of("id", "envoy", "cluster", "web"),
            "dynamic_resources",
            Map.of(
                "ads_config",
                Map.of(
                    "api_type",
                    "DELTA_GRPC",
                    "transport_api_version",
                    "V3",
                    "grpc_services",
                    List.of(grpc)),
                "cds_config",
                ads,
                "lds_config",
                ads),
            "static_resources",
            Map.of("clusters", List.of(cluster)));
    Path file = Files.writeString(logs.resolve("envoy-scale.json"), json.toJson(config));
    return Child.start(
        "envoy-scale",
        logs,
        List.of(
            String.valueOf(program),
            "-c",
            file.toString(),
            "--concurrency",
            "2",
            "-l",
            "warn",
            "--disable-hot-restart"));
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void awaitListening(int port) throws IOException, InterruptedException {
    for (int i = 0; i < PATIENCE_SECONDS * 50; i++) {
      try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
        if (socket.isConnected()) {
          return;
        }
      } catch (java.net.ConnectException notYet) {
        pause(20);
      }
    }
    throw new IllegalStateException("nobody listens on " + port);
  }

  private static void pause(int millis) throws InterruptedException {
    if (new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("nothing counts down");
    }
  }

  /**
   * Measures a client that was started.
   *
   * @param size 0 if only its memory is of interest
   */
  private JsonObject measured(Child plane, Child worker, @Nullable Child proxy, int size)
      throws InterruptedException {
    worker.line("{\"ready\"", PATIENCE_SECONDS);
    JsonObject line = object(worker.ask("first", PATIENCE_SECONDS));
    if (line.get("firstCallSeconds").getAsDouble() < 0) {
      throw new IllegalStateException("no call succeeded");
    }
    line.addProperty(
        "requests", object(plane.ask("requests", PATIENCE_SECONDS)).get("requests").getAsLong());
    pause(SETTLE_MILLIS);
    long kb =
        proxy == null
            ? object(worker.ask("heap", PATIENCE_SECONDS)).get("heap").getAsLong() / 1024
            : Processes.rssKb(proxy.pid());
    line.addProperty("kb", kb);
    if (size > 0) {
      line.addProperty("heapKbPerCluster", (double) (kb - emptyKb) / size);
      updates(line, plane, worker);
    }
    return line;
  }

  private void updates(JsonObject line, Child plane, Child worker) throws InterruptedException {
    worker.ask("window 4 0.2 3", PATIENCE_SECONDS);
    Window quiet = json.fromJson(worker.ask(QUIET, PATIENCE_SECONDS), Window.class);
    worker.say(DISTURBED);
    pause(SETTLE_MILLIS);
    JsonObject push = object(plane.ask("push", PATIENCE_SECONDS));
    Window disturbed = json.fromJson(worker.line("{", PATIENCE_SECONDS), Window.class);
    worker.say(DISTURBED);
    pause(SETTLE_MILLIS);
    double[] changes = new double[3];
    for (int i = 0; i < changes.length; i++) {
      changes[i] = object(plane.ask("change", PATIENCE_SECONDS)).get("changeMillis").getAsDouble();
      pause(SETTLE_MILLIS / 2);
    }
    worker.line("{", PATIENCE_SECONDS);
    java.util.Arrays.sort(changes);
    line.addProperty("pushSeconds", push.get("pushSeconds").getAsDouble());
    line.addProperty("p99Quiet", quiet.p99());
    line.addProperty("p99Push", disturbed.p99());
    line.addProperty("p99Ratio", disturbed.p99() / quiet.p99());
    line.addProperty("errors", quiet.errors() + disturbed.errors());
    line.addProperty("changeMillis", changes[changes.length / 2]);
  }

  private JsonObject object(String text) {
    return json.fromJson(text, JsonObject.class);
  }
}
