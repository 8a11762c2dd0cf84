package io.inmesh.benchmarks.report;

import com.google.gson.JsonObject;
import io.inmesh.benchmarks.load.Window;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * Writes docs/performance.md and its plots from the newest results. Arguments: the directory of
 * results, the directory of docs.
 */
public final class Report {
  private static final int[] CONCURRENCIES = {16, 64, 1};

  private final Path results;
  private final Path docs;
  private final Run clients;
  private final Run scale;
  private final Run footprint;
  private final Micro micro;

  private Report(Path results, Path docs) throws IOException {
    this.results = results;
    this.docs = docs;
    this.clients = run("-clients.jsonl");
    this.scale = run("-scale.jsonl");
    this.footprint = run("-footprint.jsonl");
    Optional<Path> jmh = newest("-jmh.json");
    this.micro = jmh.isPresent() ? new Micro(jmh.get()) : new Micro();
  }

  /** Writes the page. */
  public static void main(String[] arguments) throws IOException {
    new Report(Path.of(arguments[0]), Path.of(arguments[1])).write();
  }

  private Run run(String suffix) throws IOException {
    Optional<Path> file = newest(suffix);
    return file.isPresent() ? new Run(file.get()) : new Run();
  }

  private Optional<Path> newest(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(results)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(suffix))
          .max(Comparator.comparing(Path::getFileName));
    }
  }

  private void write() throws IOException {
    Files.createDirectories(docs.resolve("performance"));
    var page = new StringBuilder();
    page.append(
        "# Performance\n\n"
            + "Made by `benchmarks/run report` out of `benchmarks/results/`; not written by"
            + " hand.\n\n");
    page.append(machine());
    page.append(
        "The rules of the comparison stand in"
            + " [benchmarks/README.md](../benchmarks/README.md).\n\n");
    page.append("## Goals\n\n");
    page.append(Acceptance.table(new Acceptance(clients, scale, footprint, micro).goals()));
    page.append(notes());
    page.append("\n## Whole clients\n\n");
    page.append(
        "![CPU per exchange](performance/cpu.svg)\n\n![Median latency](performance/latency.svg)\n");
    for (int concurrency : CONCURRENCIES) {
      page.append(clientTable(concurrency));
    }
    page.append(memoryTable());
    page.append(new ScaleSection(scale).text());
    page.append(new FootprintSection(footprint).text());
    page.append(microTable());
    Files.writeString(docs.resolve("performance.md"), page);
    plot(
        "cpu.svg",
        "CPU microseconds per exchange, client and proxies, 16 at once",
        16,
        Window::totalCpuUs);
    plot("latency.svg", "Median latency in microseconds, one at a time", 1, Window::p50);
    new FootprintSection(footprint).plot(docs.resolve("performance"));
  }

  private String machine() {
    Optional<JsonObject> machine = clients.machine();
    if (machine.isEmpty()) {
      return "";
    }
    JsonObject it = machine.get();
    double busy = disturbance(Window::niceCores);
    double steal = disturbance(Window::stealCores);
    return String.format(
        Locale.ROOT,
        "Measured %s on %s, %s cores, %s memory, %s, %s. Median of what others took meanwhile: %.2f"
            + " cores at low priority, %.2f stolen. Ratios within one run can be trusted;"
            + " throughput and tails are soft on so few cores, which clients, proxies and backend"
            + " share.%n%n",
        it.get("date").getAsString(),
        it.get("processor").getAsString(),
        it.get("cores").getAsString(),
        it.get("memory").getAsString(),
        it.get("kernel").getAsString(),
        it.get("jdk").getAsString(),
        busy,
        steal);
  }

  private double disturbance(java.util.function.ToDoubleFunction<Window> of) {
    return Medians.of(
            clients.labels().stream()
                .flatMap(label -> clients.windows(label, 16).values().stream())
                .mapToDouble(of)
                .toArray())
        .orElse(0);
  }

  /** What is known about goals that are missed: written by hand, beside the results. */
  private String notes() throws IOException {
    Path file = results.resolve("notes.md");
    return Files.exists(file) ? "\n" + Files.readString(file) : "";
  }

  private static String floor(String label) {
    if (label.contains("1 MB")) {
      return "netty 1 MB";
    }
    boolean http2 = label.contains("h2") || label.contains("grpc");
    boolean secure = label.contains("mTLS") && !label.contains("envoy");
    return http2 ? secure ? "netty h2 mTLS" : "netty h2" : secure ? "netty mTLS" : "netty";
  }

  private String clientTable(int concurrency) {
    var text = new StringBuilder();
    text.append("\n### ").append(concurrency).append(concurrency == 1 ? " at a time" : " at once");
    text.append(
        "\n\n"
            + "| client | CPU µs | of which proxies | × floor (min–max) | B allocated | per second"
            + " | p50 µs | p90 | p99 | p99.9 | RSS MB | errors |\n");
    text.append("| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n");
    for (String label : clients.labels()) {
      if (!clients.windows(label, concurrency).isEmpty()) {
        text.append(clientRow(label, concurrency));
      }
    }
    return text.toString();
  }

  private String clientRow(String label, int concurrency) {
    double[] ratios = clients.ratios(label, floor(label), concurrency, Window::totalCpuUs);
    double[] sorted = ratios.clone();
    java.util.Arrays.sort(sorted);
    String ratio =
        sorted.length == 0
            ? "–"
            : String.format(
                Locale.ROOT,
                "%.2f (%.2f–%.2f)",
                Medians.of(sorted).orElse(0),
                sorted[0],
                sorted[sorted.length - 1]);
    long errors =
        clients.windows(label, concurrency).values().stream().mapToLong(Window::errors).sum();
    var cells = new ArrayList<String>();
    cells.add(label);
    cells.add(number(clients.median(label, concurrency, Window::totalCpuUs)));
    OptionalDouble proxies =
        clients.median(label, concurrency, it -> it.otherCpuUs().getOrDefault("proxy", 0.0));
    cells.add(proxies.orElse(0) == 0 ? "–" : number(proxies));
    cells.add(ratio);
    cells.add(number(clients.median(label, concurrency, Window::allocatedB)));
    cells.add(number(clients.median(label, concurrency, Window::perSecond)));
    cells.add(number(clients.median(label, concurrency, Window::p50)));
    cells.add(number(clients.median(label, concurrency, Window::p90)));
    cells.add(number(clients.median(label, concurrency, Window::p99)));
    cells.add(number(clients.median(label, concurrency, Window::p999)));
    cells.add(
        number(
            clients.median(
                label,
                concurrency,
                it -> (it.rssKb() + it.otherRssKb().getOrDefault("proxy", 0L)) / 1024.0)));
    cells.add(String.valueOf(errors));
    return "| " + String.join(" | ", cells) + " |\n";
  }

  static String number(OptionalDouble value) {
    return value.isEmpty() ? "–" : Goal.number(value.getAsDouble());
  }

  private String memoryTable() {
    var text =
        new StringBuilder(
            "\n"
                + "### Memory after the run, MB\n\n"
                + "| client | live heap | metaspace | code | direct | sum |\n"
                + "| --- | --: | --: | --: | --: | --: |\n");
    for (String label : clients.labels()) {
      clients
          .memory(label)
          .ifPresent(
              it ->
                  text.append(
                      String.format(
                          Locale.ROOT,
                          "| %s | %.1f | %.1f | %.1f | %.1f | %.1f |%n",
                          label,
                          it.heap() / 1048576.0,
                          it.metaspace() / 1048576.0,
                          it.code() / 1048576.0,
                          it.direct() / 1048576.0,
                          it.total() / 1048576.0)));
    }
    return text.toString();
  }

  private String microTable() {
    var text =
        new StringBuilder(
            "\n## Microbenchmarks\n\n| what | ns | ± | B |\n| --- | --: | --: | --: |\n");
    for (String name : micro.names()) {
      Micro.Result result = micro.all().get(name);
      if (result != null) {
        text.append(
            String.format(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %.2f |%n",
                name,
                result.nanos(),
                result.error(),
                result.bytes()));
      }
    }
    return text.toString();
  }

  private void plot(
      String file, String title, int concurrency, java.util.function.ToDoubleFunction<Window> value)
      throws IOException {
    List<Chart.Bar> bars = new ArrayList<>();
    for (String label : clients.labels()) {
      OptionalDouble median = clients.median(label, concurrency, value);
      if (median.isPresent() && !label.contains("1 MB")) {
        int colour =
            label.startsWith("inmesh")
                ? 0
                : label.contains("envoy") ? 2 : label.startsWith("netty") ? 1 : 3;
        bars.add(new Chart.Bar(label, median.getAsDouble(), number(median), colour));
      }
    }
    Files.writeString(docs.resolve("performance").resolve(file), Chart.bars(title, bars));
  }
}
