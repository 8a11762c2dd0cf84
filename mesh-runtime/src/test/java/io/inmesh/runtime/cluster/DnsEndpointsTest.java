package io.inmesh.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.Cluster.Family;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DnsEndpointsTest {
  private final Map<String, List<String>> zone = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private Duration timeToLive = Duration.ZERO;

  private void resolve(String name, Family family, NameResolver.Answer answer) {
    asked.add(name);
    List<String> found = zone.get(name);
    if (found == null) {
      answer.failed("no such name");
    } else {
      answer.resolved(found, timeToLive);
    }
  }

  private TestCluster cluster(boolean logical, boolean respectTtl, String... names) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (String name : names) {
      endpoints.add(new Endpoint(new Address(name, 80)));
    }
    var dns =
        new Cluster.Dns(
            EndpointSet.of("c", endpoints),
            logical,
            Duration.ofSeconds(5),
            respectTtl,
            Family.AUTO);
    var cluster = new TestCluster(new Cluster("c", dns), EndpointSet.empty("c"), this::resolve);
    cluster.loop.runTasks();
    return cluster;
  }

  private static List<String> hosts(TestCluster cluster) {
    return cluster.runtime.hosts().hosts().stream().map(ClusterHost::toString).toList();
  }

  @Test
  void everyAddressIsAHostNamedAsItWasAskedFor() {
    zone.put("a", List.of("10.0.0.1", "10.0.0.2"));
    zone.put("b", List.of("10.0.0.3"));
    var cluster = cluster(false, false, "a", "b");
    assertThat(hosts(cluster)).containsExactly("10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80");
    assertThat(cluster.runtime.hosts().hosts().get(2).endpoint().hostname()).isEqualTo("b");
  }

  @Test
  void aLogicalNameIsOneHost() {
    zone.put("a", List.of("10.0.0.1", "10.0.0.2"));
    assertThat(hosts(cluster(true, false, "a"))).containsExactly("10.0.0.1:80");
  }

  @Test
  void namesAreAskedAgainAndHostsKeptAsTheyAre() {
    zone.put("a", List.of("10.0.0.1", "10.0.0.2"));
    var cluster = cluster(false, false, "a");
    HostState kept = cluster.runtime.hosts().hosts().get(1).state();

    cluster.loop.advance(Duration.ofMillis(4999));
    assertThat(asked).hasSize(1);
    zone.put("a", List.of("10.0.0.2", "10.0.0.4"));
    cluster.loop.advance(Duration.ofMillis(1));
    assertThat(hosts(cluster)).containsExactly("10.0.0.2:80", "10.0.0.4:80");
    assertThat(cluster.runtime.hosts().hosts().get(0).state()).isSameAs(kept);
  }

  @Test
  void whatFailsKeepsWhatWasKnownAndIsAskedAgain() {
    zone.put("a", List.of("10.0.0.1"));
    var cluster = cluster(false, false, "a");
    zone.clear();
    cluster.loop.advance(Duration.ofSeconds(5));
    assertThat(cluster.events).containsExactly("DNS a no such name");
    assertThat(hosts(cluster)).containsExactly("10.0.0.1:80");
    zone.put("a", List.of("10.0.0.9"));
    cluster.loop.advance(Duration.ofSeconds(5));
    assertThat(hosts(cluster)).containsExactly("10.0.0.9:80");
  }

  @Test
  void theTimeToLiveCountsIfItIsRespected() {
    zone.put("a", List.of("10.0.0.1"));
    timeToLive = Duration.ofSeconds(30);
    var cluster = cluster(false, true, "a");
    cluster.loop.advance(Duration.ofSeconds(29));
    assertThat(asked).hasSize(1);
    cluster.loop.advance(Duration.ofSeconds(1));
    assertThat(asked).hasSize(2);
  }

  @Test
  void aClusterThatIsGoneAsksNoMore() {
    zone.put("a", List.of("10.0.0.1"));
    var cluster = cluster(false, false, "a");
    cluster.remove();
    cluster.loop.advance(Duration.ofSeconds(60));
    assertThat(asked).hasSize(1);
    assertThat(cluster.loop.idle()).isTrue();
  }

  @Test
  void otherNamesAreAskedAtOnce() {
    zone.put("a", List.of("10.0.0.1"));
    zone.put("b", List.of("10.0.0.2"));
    var cluster = cluster(false, false, "a");
    var dns =
        new Cluster.Dns(
            EndpointSet.of("c", List.of(new Endpoint(new Address("b", 80)))),
            false,
            Duration.ofSeconds(5),
            false,
            Family.AUTO);
    cluster.update(new Cluster("c", dns), EndpointSet.empty("c"));
    cluster.loop.runTasks();
    assertThat(hosts(cluster)).containsExactly("10.0.0.2:80");
  }
}
