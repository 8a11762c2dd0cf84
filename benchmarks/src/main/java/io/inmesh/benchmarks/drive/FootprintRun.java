package io.inmesh.benchmarks.drive;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.inmesh.benchmarks.client.FirstCall;
import io.inmesh.benchmarks.client.Gigabyte;
import io.inmesh.benchmarks.load.Window;
import io.inmesh.benchmarks.load.Worker;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the product costs before and beside its calls: jars, start, warm-up, large bodies. */
@Command(
    name = "footprint",
    description = "Jars, start, warm-up and large bodies.",
    mixinStandardHelpOptions = true)
public final class FootprintRun implements Callable<Integer> {
  private static final int PATIENCE_SECONDS = 60;
  private static final int WARMUP_SECONDS = 15;
  private static final int HEAP_MEGABYTES = 64;
  private static final double MEGABYTE = 1 << 20;

  /** Starts with an archive of the classes that the same start has loaded before. */
  private static final String ARCHIVED = ", archived classes";

  /** What mesh-runtime can work with and does not bring: native code, io_uring, where meters go. */
  private static final List<String> OPTIONAL =
      List.of(
          "linux-x86_64",
          "io_uring",
          "micrometer-",
          "prometheus-",
          "HdrHistogram",
          "LatencyUtils",
          "opentelemetry-");

  /** Smaller ones are counted, not listed. */
  private static final long SMALL_JAR = 100_000;

  @Option(names = "--rounds", defaultValue = "5", description = "Starts of each.")
  private int rounds;

  @Option(names = "--warmups", defaultValue = "3", description = "Warm-ups of each.")
  private int warmups;

  @Option(names = "--out", defaultValue = "", description = "The file for results, appended to.")
  private String out;

  private final Gson json = new Gson();
  private final PrintStream console = System.out;
  private final Path logs = Path.of("benchmarks/target/logs");

  /** Runs it and ends the process. */
  public static void main(String[] arguments) {
    // What a user says comes after what the script says.
    var command = new CommandLine(new FootprintRun()).setOverwrittenOptionsAllowed(true);
    System.exit(command.execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    var file =
        Path.of(
            out.isEmpty()
                ? "benchmarks/results/" + LocalDate.now(ZoneOffset.UTC) + "-footprint.jsonl"
                : out);
    try (var results = new Results(file)) {
      results.write("machine", Machine.now());
      Set<Path> gained = jars(results);
      try (var scene = new Scene(null, logs)) {
        starts(results, scene, gained);
        gigabyte(results, scene);
        warmups(results, scene);
      }
    }
    return 0;
  }

  /** What two dependencies bring along. */
  private Set<Path> jars(Results results) throws IOException {
    Set<Path> all = new LinkedHashSet<>();
    for (String module : List.of("mesh-runtime", "mesh-xds")) {
      try (Stream<Path> built = Files.list(Path.of(module, "target"))) {
        built
            .filter(it -> it.toString().endsWith(".jar"))
            .forEach(it -> all.add(it.toAbsolutePath()));
      }
      String classPath = Files.readString(Path.of(module, "target", "classpath.txt")).trim();
      for (String entry : classPath.split(File.pathSeparator)) {
        all.add(Path.of(entry));
      }
    }
    var names = new ArrayList<String>();
    long bytes = 0;
    var seen = new LinkedHashSet<String>();
    for (Path jar : all) {
      String name = jar.getFileName().toString();
      boolean counts = OPTIONAL.stream().noneMatch(name::contains);
      if (name.endsWith(".jar") && counts && seen.add(name)) {
        bytes += Files.size(jar);
        if (Files.size(jar) >= SMALL_JAR) {
          names.add(String.format(Locale.ROOT, "%s, %.2f MB", name, Files.size(jar) / MEGABYTE));
        }
      }
    }
    write(
        results,
        "jars",
        Map.of("label", "mesh-runtime + mesh-xds", "megabytes", bytes / MEGABYTE, "jars", names));
    return all;
  }

  private void write(Results results, String kind, Map<String, ?> line) {
    results.write(kind, line);
    console.println(kind + " " + json.toJson(line));
  }

  /** A JVM with nothing on its class path but the product and the classes of this module. */
  private Child.Jvm lean(Set<Path> gained, String... options) {
    var entries = new ArrayList<String>();
    // Archives of classes are made of jars only.
    entries.add(Path.of("benchmarks/target/benchmarks-0.1.0-SNAPSHOT.jar").toString());
    gained.forEach(it -> entries.add(it.toString()));
    Child.Jvm own = Child.Jvm.own(options);
    return new Child.Jvm(own.java(), String.join(File.pathSeparator, entries), own.options());
  }

  private void starts(Results results, Scene scene, Set<Path> gained) throws InterruptedException {
    var bare = Contestant.direct("start", "", "http1", "telemetry=off");
    List<String> words = scene.words(bare);
    var fromState = new ArrayList<>(words);
    fromState.add("state=" + scene.directory().resolve("state-of-web"));
    Map<String, List<String>> kinds = new LinkedHashMap<>();
    kinds.put("netty", words);
    kinds.put("grpc", words);
    kinds.put("inmesh", words);
    kinds.put("inmesh from state", fromState);
    Map<String, List<Double>> millis = new LinkedHashMap<>();
    for (int round = 0; round <= rounds; round++) {
      for (var kind : kinds.entrySet()) {
        String label = kind.getKey();
        Path archive = scene.directory().resolve("classes-of-" + label.replace(' ', '-'));
        String use = round == 0 ? "-XX:ArchiveClassesAtExit=" : "-XX:SharedArchiveFile=";
        double took = start(label, kind.getValue(), gained, "-Xshare:auto");
        double archived = start(label, kind.getValue(), gained, use + archive);
        // The first round fills the state directory, the archive and the machine's file cache.
        if (round > 0) {
          millis.computeIfAbsent(label, key -> new ArrayList<>()).add(took);
          millis.computeIfAbsent(label + ARCHIVED, key -> new ArrayList<>()).add(archived);
        }
      }
    }
    millis.forEach(
        (label, all) -> {
          double[] sorted = all.stream().mapToDouble(it -> it).sorted().toArray();
          write(
              results,
              "start",
              Map.of(
                  "label",
                  label,
                  "medianMillis",
                  sorted[sorted.length / 2],
                  "leastMillis",
                  sorted[0],
                  "mostMillis",
                  sorted[sorted.length - 1]));
        });
  }

  private double start(String label, List<String> words, Set<Path> gained, String option)
      throws InterruptedException {
    var arguments = new ArrayList<String>();
    arguments.add(label.split(" ")[0]);
    arguments.addAll(words);
    try (Child child =
        Child.java(
            "start-" + label,
            logs,
            lean(gained, option, "-Xmx256m"),
            FirstCall.class.getName(),
            arguments)) {
      String line = child.line("first nanos=", PATIENCE_SECONDS);
      child.await(PATIENCE_SECONDS);
      return Long.parseLong(line.substring(line.indexOf('=') + 1)) / 1e6;
    }
  }

  private void gigabyte(Results results, Scene scene) throws InterruptedException {
    List<String> words = scene.words(Contestant.direct("gigabyte", "", "http1"));
    try (Child child =
        Child.java(
            "gigabyte",
            logs,
            Child.Jvm.own("-Xmx" + HEAP_MEGABYTES + "m"),
            Gigabyte.class.getName(),
            words)) {
      String line = child.line("done ", PATIENCE_SECONDS);
      write(
          results,
          "bodies",
          Map.of("label", "inmesh", "heapMegabytes", HEAP_MEGABYTES, "seconds", line));
    } catch (IllegalStateException failed) {
      console.println("FAILED: " + failed.getMessage());
    }
  }

  private void warmups(Results results, Scene scene) throws InterruptedException {
    var floor = Contestant.direct("netty", "netty-http1", "http1");
    var own = Contestant.direct("inmesh", "inmesh-lean", "http1");
    double[][] floorRuns = new double[warmups][];
    double[][] ownRuns = new double[warmups][];
    for (int i = 0; i < warmups; i++) {
      floorRuns[i] = warmup(scene, floor);
      ownRuns[i] = warmup(scene, own);
    }
    double[] floors = medians(floorRuns);
    double[] owns = medians(ownRuns);
    double worst = 0;
    for (int second = 4; second <= WARMUP_SECONDS; second++) {
      worst = Math.max(worst, owns[second - 1] / floors[second - 1]);
    }
    write(results, "warmup", Map.of("label", "netty", "cpuUs", floors));
    write(
        results,
        "warmup",
        Map.of(
            "label",
            "inmesh",
            "cpuUs",
            owns,
            "ratioOfSecond4",
            owns[3] / floors[3],
            "worstRatioFromSecond4",
            worst,
            "second12OverSteady",
            owns[11] / owns[WARMUP_SECONDS]));
  }

  /** CPU per exchange in each second of a fresh JVM, and after those in the long run. */
  private double[] warmup(Scene scene, Contestant contestant) throws InterruptedException {
    var arguments = new ArrayList<String>();
    arguments.add(contestant.client());
    arguments.addAll(scene.words(contestant));
    try (Child child =
        Child.java(
            "warmup-" + contestant.label(),
            logs,
            Child.Jvm.own("-Xms256m", "-Xmx256m", "-Dio.netty.leakDetection.level=disabled"),
            Worker.class.getName(),
            arguments)) {
      child.line("{\"ready\"", PATIENCE_SECONDS);
      double[] cpu = new double[WARMUP_SECONDS + 1];
      for (int second = 0; second < WARMUP_SECONDS; second++) {
        cpu[second] = window(child, "window 16 0 1");
      }
      cpu[WARMUP_SECONDS] = window(child, "window 16 5 3");
      return cpu;
    }
  }

  private double window(Child child, String command) throws InterruptedException {
    JsonObject line = json.fromJson(child.ask(command, PATIENCE_SECONDS), JsonObject.class);
    return json.fromJson(line, Window.class).cpuUs();
  }

  private static double[] medians(double[][] runs) {
    double[] all = new double[runs[0].length];
    for (int i = 0; i < all.length; i++) {
      int at = i;
      double[] sorted = Arrays.stream(runs).mapToDouble(run -> run[at]).sorted().toArray();
      all[i] = sorted[sorted.length / 2];
    }
    return all;
  }
}
