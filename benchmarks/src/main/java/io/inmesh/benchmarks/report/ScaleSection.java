package io.inmesh.benchmarks.report;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.OptionalDouble;

/** How clients bear many clusters. */
final class ScaleSection {
  private static final List<String> FIELDS =
      List.of(
          "firstCallSeconds",
          "requests",
          "heapKbPerCluster",
          "pushSeconds",
          "p99Quiet",
          "p99Push",
          "p99Ratio",
          "changeMillis",
          "errors");

  private final Run run;

  ScaleSection(Run run) {
    this.run = run;
  }

  String text() {
    if (run.of("scale").isEmpty()) {
      return "";
    }
    var text =
        new StringBuilder(
            "\n"
                + "## Many clusters\n\n"
                + "Each cluster has 10 endpoints and is named by one route table; all clients take"
                + " their config from the same server. The heap of Envoy is its resident memory"
                + " above that with no clusters.\n\n"
                + "| client and clusters | first call s | requests | KB a cluster | all endpoints"
                + " pushed s | p99 µs quiet | p99 during the push | × | one change in force ms |"
                + " errors |\n"
                + "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n");
    for (JsonObject line : run.of("scale")) {
      text.append("| ").append(line.get("label").getAsString()).append(" |");
      for (String field : FIELDS) {
        OptionalDouble value =
            line.has(field) && line.get(field).getAsDouble() >= 0
                ? OptionalDouble.of(line.get(field).getAsDouble())
                : OptionalDouble.empty();
        text.append(' ').append(Report.number(value)).append(" |");
      }
      text.append('\n');
    }
    return text.toString();
  }
}
