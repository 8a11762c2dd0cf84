package io.inmesh.benchmarks.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the product costs before and beside its calls. */
final class FootprintSection {
  private final Run run;

  FootprintSection(Run run) {
    this.run = run;
  }

  String text() {
    var text = new StringBuilder();
    if (!run.of("start").isEmpty()) {
      text.append("\n## Start\n\nFrom `main()` of a fresh JVM to the first answer.\n\n");
      text.append("| what | median ms | min–max |\n| --- | --: | --: |\n");
      for (JsonObject line : run.of("start")) {
        text.append(
            String.format(
                Locale.ROOT,
                "| %s | %.0f | %.0f–%.0f |%n",
                line.get("label").getAsString(),
                line.get("medianMillis").getAsDouble(),
                line.get("leastMillis").getAsDouble(),
                line.get("mostMillis").getAsDouble()));
      }
    }
    if (!run.of("warmup").isEmpty()) {
      text.append("\n## Warm-up\n\n![CPU in each second](performance/warmup.svg)\n");
    }
    for (JsonObject line : run.of("jars")) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n## Jars%n%nAn application that takes %s gains %.1f MB without native libraries;"
                  + " those above 0.1 MB:%n%n",
              line.get("label").getAsString(),
              line.get("megabytes").getAsDouble()));
      for (JsonElement jar : line.getAsJsonArray("jars")) {
        text.append("- ").append(jar.getAsString()).append('\n');
      }
    }
    return text.toString();
  }

  /** The plot of warm-up. */
  void plot(Path directory) throws IOException {
    List<Chart.Line> lines = new ArrayList<>();
    for (JsonObject line : run.of("warmup")) {
      var values = new ArrayList<Double>();
      line.getAsJsonArray("cpuUs").forEach(it -> values.add(it.getAsDouble()));
      lines.add(new Chart.Line(line.get("label").getAsString(), values, lines.size()));
    }
    if (!lines.isEmpty()) {
      Files.writeString(
          directory.resolve("warmup.svg"),
          Chart.lines(
              "CPU microseconds per exchange in each second after the start",
              "seconds; 16 at once",
              lines));
    }
  }
}
