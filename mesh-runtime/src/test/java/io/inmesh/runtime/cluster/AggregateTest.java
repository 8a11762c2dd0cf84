package io.inmesh.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.inmesh.balance.Pick;
import io.inmesh.config.Action.Priority;
import io.inmesh.config.Address;
import io.inmesh.config.Balancing;
import io.inmesh.config.Balancing.RoundRobin;
import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.config.CircuitBreakers;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Metadata;
import io.inmesh.runtime.live.LiveParts;
import io.inmesh.testkit.VirtualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AggregateTest {
  private final VirtualLoop loop = new VirtualLoop();
  private final LiveParts live = new LiveParts();

  private TestCluster cluster(Cluster config, EndpointSet endpoints) {
    return new TestCluster(
        loop, live, config, endpoints, (name, family, answer) -> answer.failed(name));
  }

  private static EndpointSet endpoints(int port, int healthy, int all) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < all; i++) {
      endpoints.add(
          new Endpoint(
              new Address("10.0.0.1", port + i),
              "",
              1,
              i < healthy ? Health.HEALTHY : Health.UNHEALTHY,
              Metadata.EMPTY));
    }
    return EndpointSet.of("", endpoints);
  }

  /** How many calls of 1,000 went to hosts below port 100, and to the others. */
  private static Map<Boolean, Integer> picks(TestCluster cluster) {
    var call = new TestCall(5);
    Map<Boolean, Integer> counts = new TreeMap<>();
    for (int i = 0; i < 1_000; i++) {
      Pick pick = cluster.runtime.hosts().pick(call);
      counts.merge(pick.host().endpoint().address().port() < 100, 1, Integer::sum);
    }
    return counts;
  }

  @Test
  void membersFollowEachOtherLikePriorities() {
    var first = cluster(new Cluster("a", new Cluster.Eds("a")), endpoints(1, 4, 4));
    var second = cluster(new Cluster("b", new Cluster.Eds("b")), endpoints(101, 3, 3));
    var all =
        cluster(new Cluster("both", new Cluster.Aggregate(List.of("a", "b"))), endpoints(1, 0, 0));
    all.runtime.members(List.of(first.runtime, second.runtime));
    assertThat(picks(all)).isEqualTo(Map.of(true, 1_000));

    first.runtime.update(endpoints(1, 2, 4));
    assertThat(picks(all).get(true)).as("1.4 times a half").isCloseTo(700, within(60));

    first.remove();
    assertThat(picks(all)).isEqualTo(Map.of(false, 1_000));
    second.remove();
    assertThat(all.runtime.hosts().pick(new TestCall(1))).isEqualTo(Pick.None.NO_HOSTS);
  }

  @Test
  void aHostBringsTheLimitsOfItsOwnCluster() {
    var member = cluster(new Cluster("a", new Cluster.Eds("a")), endpoints(1, 1, 1));
    var all = cluster(new Cluster("all", new Cluster.Aggregate(List.of("a"))), endpoints(1, 0, 0));
    all.runtime.members(List.of(member.runtime));
    var host = (ClusterHost) all.runtime.hosts().pick(new TestCall(1)).host();
    assertThat(host.admission(Priority.DEFAULT))
        .isSameAs(member.runtime.admission(Priority.DEFAULT));
  }

  @Test
  void anAggregateOfItselfEnds() {
    var all =
        cluster(new Cluster("all", new Cluster.Aggregate(List.of("all"))), endpoints(1, 0, 0));
    all.runtime.members(List.of(all.runtime));
    assertThat(all.runtime.hosts().pick(new TestCall(1)).host()).isNull();
  }

  @Test
  void aNewHostsWeightGrowsAndThenItTakesTurns() {
    var slow = new SlowStart(Duration.ofSeconds(10), 1, 10);
    var config =
        new Cluster(
            "a",
            new Cluster.Eds("a"),
            Balancing.of(new RoundRobin(slow)),
            Cluster.Transport.DEFAULT,
            CircuitBreakers.DEFAULT,
            Optional.empty(),
            List.of(),
            Metadata.EMPTY);
    var cluster = cluster(config, endpoints(1, 1, 1));
    loop.advance(Duration.ofSeconds(60));
    var both = new ArrayList<>(endpoints(1, 1, 1).localities().get(0).endpoints());
    both.addAll(endpoints(101, 1, 1).localities().get(0).endpoints());
    cluster.runtime.update(EndpointSet.of("a", both));

    assertThat(picks(cluster).get(false)).as("at least 10 %").isCloseTo(91, within(2));
    loop.advance(Duration.ofSeconds(5));
    assertThat(picks(cluster).get(false))
        .as("half the time, half the weight")
        .isCloseTo(333, within(6));
    loop.advance(Duration.ofSeconds(5));
    assertThat(cluster.host(101).inSlowStart()).isFalse();
    assertThat(picks(cluster).get(false)).isEqualTo(500);
    cluster.remove();
    assertThat(loop.idle() || live.size() == 0).isTrue();
  }
}
