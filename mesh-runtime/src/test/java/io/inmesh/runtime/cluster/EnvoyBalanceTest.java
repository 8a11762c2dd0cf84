package io.inmesh.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.balance.Pick;
import io.inmesh.balance.XxHash64;
import io.inmesh.config.Cluster;
import io.inmesh.runtime.cluster.Recording.Picks;
import io.inmesh.runtime.cluster.Recording.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The same clusters and endpoints as a recorded Envoy 1.40: by hash the same host for every key,
 * without one the same distribution.
 */
class EnvoyBalanceTest {
  private static final String NO_HOST = "503:UH:no_healthy_upstream";
  private static final String DROPPED = "503:DO:drop_overload";

  private int keys;
  private int histograms;
  private int sessions;
  private int bins;
  private final List<String> differences = new ArrayList<>();

  @Test
  void picksWhatEnvoyPicked() throws IOException {
    for (Recording recording : Recording.read(lines())) {
      replay(recording);
    }
    assertThat(differences).isEmpty();
    assertThat(keys).isGreaterThanOrEqualTo(1000);
    assertThat(histograms).isGreaterThan(150);
    assertThat(sessions).isGreaterThan(10);
    assertThat(bins).isGreaterThan(50);
  }

  private static List<String> lines() throws IOException {
    String other = System.getProperty("inmesh.test.balance");
    if (other != null) {
      return Files.readAllLines(Path.of(other));
    }
    try (var in = EnvoyBalanceTest.class.getResourceAsStream("balance-envoy-1.40.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private void replay(Recording recording) {
    var cluster = new TestCluster(recording.cluster, recording.steps.get(0).endpoints);
    for (Step step : recording.steps) {
      if (!step.local.localities().isEmpty()) {
        var local =
            new TestCluster(
                cluster.loop,
                cluster.live,
                new Cluster("local", new Cluster.Eds("local")),
                step.local,
                cluster.parts.resolver());
        cluster.runtime.local(local.runtime);
      }
      cluster.runtime.update(step.endpoints);
      grow(cluster, step);
      HostSet hosts = cluster.runtime.hosts();
      step.active.forEach((address, count) -> hold(hosts, address, count));
      for (int i = 0; i < step.picks.size(); i++) {
        compare(hosts, step, step.picks.get(i));
      }
      step.sessions.forEach((address, got) -> session(hosts, recording, step, address, got));
      step.active.forEach((address, count) -> hold(hosts, address, -count));
    }
  }

  /** Slow start: a new host's share of the picks grows as it did in Envoy. */
  private void grow(TestCluster cluster, Step step) {
    var call = new TestCall(5);
    double now = 0;
    for (Map.Entry<Double, Map<String, Integer>> bin : step.bins.entrySet()) {
      cluster.loop.advance(Duration.ofNanos((long) ((bin.getKey() - now) * 1e9)));
      now = bin.getKey();
      Map<String, Integer> ours = new TreeMap<>();
      for (int i = 0; i < 200; i++) {
        ours.merge(pick(cluster.runtime.hosts(), call), 1, Integer::sum);
      }
      bins++;
      var names = new HashSet<>(ours.keySet());
      names.addAll(bin.getValue().keySet());
      for (String name : names) {
        int off = ours.getOrDefault(name, 0) - bin.getValue().getOrDefault(name, 0);
        if (Math.abs(off) > 4) {
          differences.add(step.label + " after " + now + " s " + bin.getValue() + " " + ours);
        }
      }
    }
    cluster.loop.advance(Duration.ofMinutes(1));
  }

  private static void hold(HostSet hosts, String address, int count) {
    for (ClusterHost host : hosts.hosts()) {
      for (int i = 0; i < Math.abs(count) && host.toString().equals(address); i++) {
        if (count > 0) {
          host.began();
        } else {
          host.ended();
        }
      }
    }
  }

  private void compare(HostSet hosts, Step step, Picks recorded) {
    var call = new TestCall(1234567);
    call.match = recorded.match;
    Map<String, Integer> ours = new TreeMap<>();
    for (int i = 0; i < recorded.total(); i++) {
      ours.merge(pick(hosts, call), 1, Integer::sum);
    }
    histograms++;
    if (differ(recorded.histogram, ours)) {
      differences.add(step.label + " " + recorded.match + " " + recorded.histogram + " " + ours);
    }
    recorded.keyed.forEach(
        (key, expected) -> {
          keys++;
          String got = pick(hosts, call.hash(XxHash64.of(key)));
          if (!got.equals(expected)) {
            differences.add(step.label + " " + key + " " + expected + " but " + got);
          }
        });
  }

  private void session(
      HostSet hosts, Recording recording, Step step, String address, List<String> got) {
    if (address.equals("!!")) {
      return;
    }
    sessions++;
    var call = new TestCall(99);
    call.bound = address;
    call.strict = recording.strict;
    var ours = new HashSet<String>();
    for (int i = 0; i < 8; i++) {
      ours.add(pick(hosts, call));
    }
    boolean honoured = got.equals(List.of(address));
    if (honoured != ours.equals(new HashSet<>(List.of(address)))
        || got.contains(NO_HOST) != ours.contains(NO_HOST)) {
      differences.add(step.label + " bound to " + address + " " + got + " but " + ours);
    }
  }

  private static String pick(HostSet hosts, TestCall call) {
    if (hosts.drops(call.random())) {
      return DROPPED;
    }
    Pick pick = hosts.pick(call);
    return pick.host() == null ? NO_HOST : pick.host().toString();
  }

  /** Chi-square of homogeneity, with a limit far out, as between two recordings. */
  private static boolean differ(Map<String, Integer> a, Map<String, Integer> b) {
    double totalA = a.values().stream().mapToInt(Integer::intValue).sum();
    double totalB = b.values().stream().mapToInt(Integer::intValue).sum();
    var names = new HashSet<>(a.keySet());
    names.addAll(b.keySet());
    double sum = 0;
    int freedom = -1;
    for (String name : names) {
      double inA = a.getOrDefault(name, 0);
      double inB = b.getOrDefault(name, 0);
      if (inA + inB >= 10) {
        double expectedA = (inA + inB) * totalA / (totalA + totalB);
        double expectedB = (inA + inB) * totalB / (totalA + totalB);
        sum += (inA - expectedA) * (inA - expectedA) / expectedA;
        sum += (inB - expectedB) * (inB - expectedB) / expectedB;
        freedom++;
      }
    }
    return freedom > 0 && sum > freedom + 4 * Math.sqrt(2.0 * freedom) + 6;
  }
}
