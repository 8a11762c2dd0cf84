package io.inmesh.benchmarks.report;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.inmesh.benchmarks.load.Memory;
import io.inmesh.benchmarks.load.Window;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** One run out of a file of results: the lines from the last that names the machine on. */
final class Run {
  private static final Gson JSON = new Gson();

  private final List<JsonObject> lines = new ArrayList<>();

  /** Nothing was measured. */
  Run() {}

  Run(Path file) throws IOException {
    for (String line : Files.readAllLines(file)) {
      JsonObject object = JSON.fromJson(line, JsonObject.class);
      if (kind(object).equals("machine")) {
        lines.clear();
      }
      lines.add(object);
    }
  }

  private static String kind(JsonObject line) {
    return line.get("kind").getAsString();
  }

  /** Lines of a kind. */
  List<JsonObject> of(String kind) {
    return lines.stream().filter(line -> kind(line).equals(kind)).toList();
  }

  /** The line of the machine. */
  Optional<JsonObject> machine() {
    return of("machine").stream().findFirst();
  }

  /** Labels of clients, as they come. */
  List<String> labels() {
    return of("window").stream().map(line -> line.get("label").getAsString()).distinct().toList();
  }

  /** The windows of a client at one concurrency, by round. */
  Map<Integer, Window> windows(String label, int concurrency) {
    var all = new LinkedHashMap<Integer, Window>();
    for (JsonObject line : of("window")) {
      if (line.get("label").getAsString().equals(label)
          && line.get("concurrency").getAsInt() == concurrency) {
        all.put(line.get("round").getAsInt(), JSON.fromJson(line, Window.class));
      }
    }
    return all;
  }

  /** What a client held in the end. */
  Optional<Memory> memory(String label) {
    return of("memory").stream()
        .filter(line -> line.get("label").getAsString().equals(label))
        .map(line -> JSON.fromJson(line, Memory.class))
        .findFirst();
  }

  /** The median over rounds. */
  OptionalDouble median(String label, int concurrency, ToDoubleFunction<Window> value) {
    return Medians.of(windows(label, concurrency).values().stream().mapToDouble(value).toArray());
  }

  /** The median of what one client takes for each unit of another in the same round. */
  OptionalDouble ratio(String label, String to, int concurrency, ToDoubleFunction<Window> value) {
    return Medians.of(ratios(label, to, concurrency, value));
  }

  /** The ratio in each round. */
  double[] ratios(String label, String to, int concurrency, ToDoubleFunction<Window> value) {
    Map<Integer, Window> floor = windows(to, concurrency);
    return windows(label, concurrency).entrySet().stream()
        .filter(it -> floor.containsKey(it.getKey()))
        .mapToDouble(
            it -> value.applyAsDouble(it.getValue()) / value.applyAsDouble(floor.get(it.getKey())))
        .toArray();
  }
}
