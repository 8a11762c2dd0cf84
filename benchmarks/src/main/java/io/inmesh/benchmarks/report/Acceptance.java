package io.inmesh.benchmarks.report;

import com.google.gson.JsonObject;
import io.inmesh.benchmarks.load.Memory;
import io.inmesh.benchmarks.load.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** What was promised, beside what was seen. */
final class Acceptance {
  private static final double MEGABYTE = 1 << 20;
  private static final String TIMES = "×";
  private static final String ONE_ENVOY = "netty > envoy";
  private static final String TWO_ENVOYS = "netty > envoy > envoy mTLS";

  private final Run clients;
  private final Run scale;
  private final Run footprint;
  private final Micro micro;
  private final List<Goal> goals = new ArrayList<>();

  Acceptance(Run clients, Run scale, Run footprint, Micro micro) {
    this.clients = clients;
    this.scale = scale;
    this.footprint = footprint;
    this.micro = micro;
  }

  List<Goal> goals() {
    cost();
    latency();
    microbenchmarks();
    scale();
    footprint();
    return List.copyOf(goals);
  }

  private void most(String what, double limit, String unit, OptionalDouble measured) {
    goals.add(Goal.atMost(what, limit, unit, measured));
  }

  private void least(String what, double limit, String unit, OptionalDouble measured) {
    goals.add(Goal.atLeast(what, limit, unit, measured));
  }

  private OptionalDouble cpu(String label, String to, int concurrency) {
    return clients.ratio(label, to, concurrency, Window::totalCpuUs);
  }

  private void cost() {
    for (String form : List.of("inmesh lean", "inmesh on loop", "inmesh")) {
      most(
          "CPU, HTTP/1.1 plaintext, " + form + ", 16 at once, × bare Netty",
          1.25,
          TIMES,
          cpu(form, "netty", 16));
    }
    for (String form : List.of("inmesh mTLS lean", "inmesh mTLS")) {
      most(
          "CPU, mTLS and SPIFFE check, " + form + ", 16 at once, × bare Netty mTLS",
          1.25,
          TIMES,
          cpu(form, "netty mTLS", 16));
    }
    least(
        "CPU, two Envoys, × inmesh mTLS lean, 16 at once",
        15,
        TIMES,
        cpu(TWO_ENVOYS, "inmesh mTLS lean", 16));
    most(
        "CPU, blocking, × HttpClient 5, 64 at once",
        0.8,
        TIMES,
        cpu("inmesh blocking", "HttpClient 5", 64));
    most(
        "CPU, blocking, × HttpClient 5, 16 at once",
        0.8,
        TIMES,
        cpu("inmesh blocking", "HttpClient 5", 16));
    most(
        "CPU, blocking, × HttpClient 5, one at a time",
        1.2,
        TIMES,
        cpu("inmesh blocking", "HttpClient 5", 1));
    for (String form : List.of("inmesh h2 lean", "inmesh h2")) {
      most(
          "CPU, HTTP/2 unary, " + form + ", 16 at once, × bare Netty HTTP/2",
          1.3,
          TIMES,
          cpu(form, "netty h2", 16));
    }
    for (String form : List.of("inmesh lean", "inmesh on loop")) {
      most("allocation above bare Netty, " + form, 300, " B", added(form, "netty"));
    }
  }

  private OptionalDouble added(String label, String to) {
    OptionalDouble own = clients.median(label, 16, Window::allocatedB);
    OptionalDouble floor = clients.median(to, 16, Window::allocatedB);
    return own.isEmpty() || floor.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(own.getAsDouble() - floor.getAsDouble());
  }

  private void latency() {
    most("p50, one at a time, plaintext, × bare Netty", 1.2, TIMES, p50("inmesh lean", "netty"));
    most(
        "p50, one at a time, mTLS, × bare Netty mTLS",
        1.3,
        TIMES,
        p50("inmesh mTLS lean", "netty mTLS"));
    least("p50, one at a time, one Envoy × inmesh", 4, TIMES, p50(ONE_ENVOY, "inmesh lean"));
    least(
        "p50, one at a time, two Envoys × inmesh mTLS",
        10,
        TIMES,
        p50(TWO_ENVOYS, "inmesh mTLS lean"));
    for (int concurrency : new int[] {16, 64}) {
      least(
          "throughput, mTLS, " + concurrency + " at once, × bare Netty mTLS",
          0.8,
          TIMES,
          clients.ratio("inmesh mTLS lean", "netty mTLS", concurrency, Window::perSecond));
    }
    least(
        "throughput, mTLS, 16 at once, × two Envoys (reported only)",
        6,
        TIMES,
        clients.ratio("inmesh mTLS lean", TWO_ENVOYS, 16, Window::perSecond));
    least(
        "throughput of 1 MB bodies, × bare Netty",
        0.9,
        TIMES,
        clients.ratio("inmesh 1 MB", "netty 1 MB", 4, Window::perSecond));
  }

  private OptionalDouble p50(String label, String to) {
    return clients.ratio(label, to, 1, Window::p50);
  }

  private void microbenchmarks() {
    for (String policy : List.of("roundRobin", "leastRequest", "maglev", "ringHash")) {
      String name = "PickBenchmark." + policy;
      most(
          "pick of 1,000, " + policy + ", × reference loop",
          1.3,
          TIMES,
          micro.ratio(name, name + "Reference"));
    }
    for (String routes : List.of("10", "1000", "10000")) {
      most(
          "route among " + routes + ", × radix tree",
          1.5,
          TIMES,
          micro.ratio("RouteBenchmark.match:" + routes, "RouteBenchmark.radixReference:" + routes));
    }
    most(
        "admission, outlier detection, budget",
        60,
        " ns",
        micro.nanos("AccountingBenchmark.oneThread"));
    most(
        "the same with two threads, × one",
        1.5,
        TIMES,
        micro.ratio("AccountingBenchmark.twoThreads", "AccountingBenchmark.oneThread"));
  }

  private OptionalDouble number(Run run, String kind, String label, String field) {
    Optional<JsonObject> line =
        run.of(kind).stream().filter(it -> it.get("label").getAsString().equals(label)).findFirst();
    return line.filter(it -> it.has(field))
        .map(it -> OptionalDouble.of(it.get(field).getAsDouble()))
        .orElse(OptionalDouble.empty());
  }

  private void scale() {
    String label = "inmesh 10000";
    most(
        "10,000 clusters: first call after the stream opens",
        3,
        " s",
        number(scale, "scale", label, "firstCallSeconds"));
    most("… requests on the stream until then", 12, "", number(scale, "scale", label, "requests"));
    most("… live heap a cluster", 10, " KB", number(scale, "scale", label, "heapKbPerCluster"));
    most("… push of all endpoints", 0.5, " s", number(scale, "scale", label, "pushSeconds"));
    most("… call p99 meanwhile, × quiet", 2, TIMES, number(scale, "scale", label, "p99Ratio"));
    most(
        "… one endpoint change in force", 10, " ms", number(scale, "scale", label, "changeMillis"));
  }

  private void footprint() {
    most(
        "CPU from second 4 after start on, the worst second, × bare Netty in the same",
        1.6,
        TIMES,
        number(footprint, "warmup", "inmesh", "worstRatioFromSecond4"));
    most(
        "CPU of second 12, × steady state",
        1.25,
        TIMES,
        number(footprint, "warmup", "inmesh", "second12OverSteady"));
    most("memory above bare Netty, control plane connected", 40, " MB", memoryAdded());
    most(
        "start to first answer, above a grpc-java channel to the same plane",
        300,
        " ms",
        startAdded("inmesh", "grpc"));
    most(
        "start from the state directory, above bare Netty",
        250,
        " ms",
        startAdded("inmesh from state", "netty"));
    String archived = ", archived classes";
    most(
        "the first, all with an archive of their classes (CDS)",
        300,
        " ms",
        startAdded("inmesh" + archived, "grpc" + archived));
    most(
        "the second, all with an archive of their classes (CDS)",
        250,
        " ms",
        startAdded("inmesh from state" + archived, "netty" + archived));
    most(
        "jars that an application gains",
        16,
        " MB",
        number(footprint, "jars", "mesh-runtime + mesh-xds", "megabytes"));
    most(
        "heap in which 1 GB goes up and down",
        64,
        " MB",
        number(footprint, "bodies", "inmesh", "heapMegabytes"));
  }

  private OptionalDouble memoryAdded() {
    Optional<Memory> own = clients.memory("inmesh lean");
    Optional<Memory> floor = clients.memory("netty");
    return own.isEmpty() || floor.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of((own.get().total() - floor.get().total()) / MEGABYTE);
  }

  private OptionalDouble startAdded(String label, String to) {
    OptionalDouble own = number(footprint, "start", label, "medianMillis");
    OptionalDouble floor = number(footprint, "start", to, "medianMillis");
    return own.isEmpty() || floor.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(own.getAsDouble() - floor.getAsDouble());
  }

  /** The table. */
  static String table(List<Goal> goals) {
    var text = new StringBuilder("| what | goal | measured | |\n| --- | --- | --- | --- |\n");
    goals.forEach(goal -> text.append(goal.row()));
    long met = goals.stream().filter(goal -> goal.verdict().equals("met")).count();
    return text.append(String.format(Locale.ROOT, "%n%d of %d met.%n", met, goals.size()))
        .toString();
  }
}
