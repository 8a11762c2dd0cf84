package io.inmesh.benchmarks.report;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** What JMH wrote, by {@code Class.method} and, after a colon, the values of parameters. */
final class Micro {
  private final Map<String, Result> results = new LinkedHashMap<>();

  /** Of one benchmark: nanoseconds with their error, and bytes allocated. */
  record Result(double nanos, double error, double bytes) {}

  /** Nothing was measured. */
  Micro() {}

  Micro(Path file) throws IOException {
    JsonArray all = new Gson().fromJson(Files.readString(file), JsonArray.class);
    for (JsonElement one : all) {
      JsonObject object = one.getAsJsonObject();
      JsonObject score = object.getAsJsonObject("primaryMetric");
      JsonObject second = object.getAsJsonObject("secondaryMetrics");
      JsonObject bytes = second.getAsJsonObject("gc.alloc.rate.norm");
      results.put(
          name(object),
          new Result(
              score.get("score").getAsDouble(),
              score.get("scoreError").getAsDouble(),
              bytes == null ? Double.NaN : bytes.get("score").getAsDouble()));
    }
  }

  private static String name(JsonObject object) {
    String[] words = object.get("benchmark").getAsString().split("\\.");
    var name = new StringBuilder(words[words.length - 2] + "." + words[words.length - 1]);
    if (object.has("params")) {
      object
          .getAsJsonObject("params")
          .entrySet()
          .forEach(it -> name.append(':').append(it.getValue().getAsString()));
    }
    return name.toString();
  }

  Map<String, Result> all() {
    return Map.copyOf(results);
  }

  Iterable<String> names() {
    return results.keySet();
  }

  OptionalDouble nanos(String name) {
    Result result = results.get(name);
    return result == null ? OptionalDouble.empty() : OptionalDouble.of(result.nanos());
  }

  OptionalDouble ratio(String name, String to) {
    return nanos(name).isEmpty() || nanos(to).isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(nanos(name).getAsDouble() / nanos(to).getAsDouble());
  }
}
