package io.inmesh.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.benchmarks.load.Window;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {
  @TempDir private Path directory;

  private static String window(String label, int round, double cpuUs, double proxyUs) {
    return """
    {"kind":"window","label":"%s","round":%d,"concurrency":16,"cpuUs":%s,\
    "otherCpuUs":{"proxy":%s},"otherRssKb":{}}
    """
        .formatted(label, round, cpuUs, proxyUs);
  }

  private Run run(String... lines) throws IOException {
    return new Run(Files.writeString(directory.resolve("x.jsonl"), String.join("", lines)));
  }

  @Test
  void ratiosAreOfTheSameRoundAndCountProxies() throws IOException {
    Run run =
        run(
            window("netty", 1, 4, 0),
            window("envoy", 1, 4, 36),
            window("netty", 2, 8, 0),
            window("envoy", 2, 8, 72),
            window("netty", 3, 4, 0),
            window("envoy", 3, 4, 76));
    assertThat(run.ratio("envoy", "netty", 16, Window::totalCpuUs)).hasValue(10);
    assertThat(run.median("envoy", 16, Window::totalCpuUs)).hasValue(80);
    assertThat(run.ratio("envoy", "netty", 64, Window::totalCpuUs)).isEmpty();
  }

  @Test
  void aRunBeginsWithTheLastLineThatNamesTheMachine() throws IOException {
    Run run =
        run(
            "{\"kind\":\"machine\",\"date\":\"1\"}\n",
            window("netty", 1, 100, 0),
            "{\"kind\":\"machine\",\"date\":\"2\"}\n",
            window("netty", 1, 4, 0));
    assertThat(run.median("netty", 16, Window::cpuUs)).hasValue(4);
    assertThat(run.machine().orElseThrow().get("date").getAsString()).isEqualTo("2");
  }

  @Test
  void goalsTellWhetherTheyAreMet() {
    assertThat(Goal.atMost("a", 1.25, "×", OptionalDouble.of(1.5)).row())
        .isEqualTo("| a | ≤ 1.25× | 1.50× | **missed** by 20 % |\n");
    assertThat(Goal.atLeast("b", 15, "×", OptionalDouble.of(16)).verdict()).isEqualTo("met");
    assertThat(Goal.atMost("c", 1, "", OptionalDouble.empty()).verdict()).isEqualTo("not measured");
  }
}
