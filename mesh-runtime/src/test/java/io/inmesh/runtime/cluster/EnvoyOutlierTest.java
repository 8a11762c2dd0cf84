package io.inmesh.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Address;
import io.inmesh.config.Balancing;
import io.inmesh.config.CircuitBreakers;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.Metadata;
import io.inmesh.config.OutlierDetection;
import io.inmesh.config.OutlierDetection.Consecutive;
import io.inmesh.config.OutlierDetection.Ejection;
import io.inmesh.config.OutlierDetection.FailurePercentage;
import io.inmesh.config.OutlierDetection.SuccessRate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The answers that a recorded Envoy 1.40 saw, at the times at which it saw them: the same hosts are
 * ejected and come back, in the same order, for the same reasons.
 */
class EnvoyOutlierTest {
  private int scripts;
  private int events;
  private final List<String> differences = new ArrayList<>();

  @Test
  void ejectsWhomEnvoyEjected() throws IOException {
    List<String[]> script = new ArrayList<>();
    for (String line : lines()) {
      script.add(line.split(" "));
      if (line.equals("end")) {
        replay(script);
        script.clear();
      }
    }
    assertThat(differences).isEmpty();
    assertThat(scripts).isGreaterThanOrEqualTo(20);
    assertThat(events).isGreaterThanOrEqualTo(100);
  }

  private static List<String> lines() throws IOException {
    String other = System.getProperty("inmesh.test.outlier");
    if (other != null) {
      return Files.readAllLines(Path.of(other));
    }
    try (var in = EnvoyOutlierTest.class.getResourceAsStream("outlier-envoy-1.40.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private void replay(List<String[]> script) {
    String[] words = script.get(0);
    List<Endpoint> endpoints = new ArrayList<>();
    for (String name : words[2].split(",")) {
      endpoints.add(new Endpoint(new Address("127.0.0.1", port(name))));
    }
    EndpointSet set = EndpointSet.of(words[1], endpoints);
    var plain = new Cluster(words[1], new Cluster.Static(set));
    var config =
        new Cluster(
            words[1],
            plain.discovery(),
            Balancing.DEFAULT,
            plain.transport(),
            CircuitBreakers.DEFAULT,
            Optional.of(detection(words)),
            List.of(),
            Metadata.EMPTY);
    var cluster = new TestCluster(config, EndpointSet.empty(words[1]));
    // The cluster was made at 0; its first sweep after the script's start comes at this time.
    long interval = Long.parseLong(words[3]);
    long start = interval - Long.parseLong(words[25]);
    cluster.loop.advance(Duration.ofMillis(start));
    long now = 0;
    Map<String, List<String>> expected = new TreeMap<>();
    long last = 0;
    for (String[] line : script) {
      if (line[0].equals("row")) {
        long at = Math.max(now, Long.parseLong(line[1]));
        cluster.loop.advance(Duration.ofMillis(at - now));
        now = at;
        report(cluster.host(port(line[2])), line[3]);
        cluster.loop.runTasks();
      } else if (line[0].equals("event")) {
        last = Math.max(last, Long.parseLong(line[1]));
        String what =
            line[3].equals("UNEJECT")
                ? "UNEJECT " + port(line[2])
                : "EJECT " + port(line[2]) + " " + line[4] + " " + line[5] + " " + line[6];
        expected.computeIfAbsent(line[2], name -> new ArrayList<>()).add(what);
        events++;
      }
    }
    if (last > now) {
      cluster.loop.advance(Duration.ofMillis(last + 50 - now));
    }
    Map<String, List<String>> ours = new TreeMap<>();
    for (String event : cluster.events) {
      String name = "e" + (Integer.parseInt(event.split(" ")[1]) - 24000);
      ours.computeIfAbsent(name, absent -> new ArrayList<>()).add(event);
    }
    scripts++;
    if (!ours.equals(expected)) {
      differences.add(words[1] + "\n  Envoy " + expected + "\n  ours  " + ours + "\n");
    }
  }

  private static int port(String name) {
    return 24000 + Integer.parseInt(name.substring(1));
  }

  private static void report(ClusterHost host, String what) {
    switch (what) {
      case "F" -> host.report(LocalOrigin.FAILED);
      case "C" -> host.report(LocalOrigin.CONNECTED);
      case "T" -> host.report(LocalOrigin.TIMEOUT);
      case "R" -> {
        host.report(LocalOrigin.CONNECTED);
        host.report(LocalOrigin.FAILED);
      }
      default -> {
        host.report(LocalOrigin.CONNECTED);
        host.report(Integer.parseInt(what));
      }
    }
  }

  private static OutlierDetection detection(String[] words) {
    int[] n = new int[words.length];
    for (int i = 3; i < 24; i++) {
      n[i] = Integer.parseInt(words[i]);
    }
    return new OutlierDetection(
        new Consecutive(n[8], n[9], n[10], n[11], n[12], n[13]),
        new Ejection(
            Duration.ofMillis(n[3]),
            Duration.ofMillis(n[4]),
            Duration.ofMillis(n[5]),
            Duration.ZERO,
            n[6],
            n[7] == 1,
            true),
        new SuccessRate(n[14], n[15], n[16], n[17], n[18]),
        new FailurePercentage(n[19], n[20], n[21], n[22], n[23]),
        words[24].equals("1"));
  }
}
