package io.inmesh.cli.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Many clusters of ten endpoints under one route table, in another JVM. The full size, by hand:
 * {@code mvn -pl mesh-cli -am test -Dtest=ScaleTest -Dinmesh.scale.clusters=10000}, prints what is
 * measured.
 */
class ScaleTest {
  private static final int CLUSTERS = Integer.getInteger("inmesh.scale.clusters", 1000);
  private static final String SECONDS = System.getProperty("inmesh.scale.seconds", "0.5");

  @Test
  void takesThemInWithFewRequestsAndLittleMemory() throws Exception {
    Map<String, String> measured = new HashMap<>();
    try (var plane = new ScalePlane(CLUSTERS)) {
      var command =
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xmx1g",
              "-cp",
              System.getProperty("java.class.path"),
              ScaleClient.class.getName(),
              Integer.toString(plane.port()),
              Integer.toString(plane.backend()),
              Integer.toString(CLUSTERS),
              SECONDS);
      Process client = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var lines =
          new BufferedReader(
              new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          System.out.println(line);
          int equals = line.indexOf('=');
          if (equals > 0) {
            measured.put(line.substring(0, equals), line.substring(equals + 1));
          }
        }
      } finally {
        client.destroyForcibly();
      }
      assertThat(client.waitFor()).isZero();
    }
    assertThat(Integer.parseInt(measured.get("requests"))).isLessThanOrEqualTo(12);
    int fixed = 6 << 20;
    assertThat(Integer.parseInt(measured.get("heap.bytes.per.cluster")))
        .isLessThan(10_240 + fixed / CLUSTERS);
    assertThat(measured.get("failed.hot")).isEqualTo("0");
  }
}
