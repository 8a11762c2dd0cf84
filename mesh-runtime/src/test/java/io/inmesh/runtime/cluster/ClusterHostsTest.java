package io.inmesh.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.balance.Pick;
import io.inmesh.config.Action.Priority;
import io.inmesh.config.Address;
import io.inmesh.config.Balancing;
import io.inmesh.config.CircuitBreakers;
import io.inmesh.config.CircuitBreakers.Thresholds;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Metadata;
import io.inmesh.config.OutlierDetection;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.TransportSocket;
import io.inmesh.runtime.cluster.HostState.ActiveHealth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** What of a cluster outlives an update, what starts anew, and what is freed. */
class ClusterHostsTest {
  private static final OutlierDetection EJECTING =
      new OutlierDetection(
          new OutlierDetection.Consecutive(3, 100, 5, 0, 5, 100),
          new OutlierDetection.Ejection(
              Duration.ofSeconds(10),
              Duration.ofSeconds(30),
              Duration.ofSeconds(300),
              Duration.ZERO,
              50,
              false,
              true),
          OutlierDetection.DEFAULT.successRate(),
          OutlierDetection.DEFAULT.failurePercentage(),
          false);

  private static Cluster cluster(Cluster.Transport transport, OutlierDetection detection) {
    return new Cluster(
        "c",
        new Cluster.Eds("c"),
        Balancing.DEFAULT,
        transport,
        CircuitBreakers.DEFAULT,
        Optional.ofNullable(detection),
        List.of(),
        Metadata.EMPTY);
  }

  private static Cluster with(Cluster.Discovery discovery, CircuitBreakers breakers) {
    return new Cluster(
        "c",
        discovery,
        Balancing.DEFAULT,
        Cluster.Transport.DEFAULT,
        breakers,
        Optional.of(EJECTING),
        List.of(),
        Metadata.EMPTY);
  }

  private static Endpoint endpoint(int port, Health health) {
    return new Endpoint(new Address("10.0.0.1", port), "", 1, health, Metadata.EMPTY);
  }

  private static EndpointSet ports(int... ports) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int port : ports) {
      endpoints.add(endpoint(port, Health.UNKNOWN));
    }
    return EndpointSet.of("c", endpoints);
  }

  private static Map<Integer, Integer> picks(HostSet hosts, int count) {
    var call = new TestCall(5);
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      var host = hosts.pick(call).host();
      counts.merge(host == null ? 0 : host.endpoint().address().port(), 1, Integer::sum);
    }
    return counts;
  }

  @Test
  void aClusterWithoutEndpointsSaysSo() {
    var cluster = new TestCluster(cluster(Cluster.Transport.DEFAULT, null), ports());
    assertThat(cluster.runtime.hosts().pick(new TestCall(1))).isEqualTo(Pick.None.NO_HOSTS);

    cluster.runtime.update(EndpointSet.of("c", List.of(endpoint(1, Health.UNHEALTHY))));
    assertThat(picks(cluster.runtime.hosts(), 3)).as("panic").containsOnlyKeys(1);
  }

  @Test
  void loadEjectionAndFailuresOutliveAnUnrelatedUpdate() {
    Cluster config = cluster(Cluster.Transport.DEFAULT, EJECTING);
    var cluster = new TestCluster(config, ports(1, 2, 3, 4));
    ClusterHost before = cluster.host(1);
    before.began();
    fail(cluster, 2, 3);
    fail(cluster, 3, 2);
    assertThat(cluster.events).containsExactly("EJECT 2 CONSECUTIVE_5XX 1 true");

    cluster.update(with(new Cluster.Eds("c"), CircuitBreakers.DEFAULT), ports(1, 2, 3, 4, 5));

    assertThat(cluster.host(1)).isNotSameAs(before);
    assertThat(cluster.host(1).state()).isSameAs(before.state());
    assertThat(cluster.host(1).inFlight()).isEqualTo(1);
    assertThat(cluster.host(2).health()).isEqualTo(Health.UNHEALTHY);
    fail(cluster, 3, 1);
    assertThat(cluster.events).last().isEqualTo("EJECT 3 CONSECUTIVE_5XX 1 true");
    before.ended();
    assertThat(cluster.host(1).inFlight()).isZero();
  }

  @Test
  void anEjectionTakesEffectWithTheFailureThatCausesIt() {
    Cluster config = cluster(Cluster.Transport.DEFAULT, EJECTING);
    var cluster = new TestCluster(config, ports(1, 2, 3, 4));
    fail(cluster, 2, 3);
    assertThat(picks(cluster.runtime.hosts(), 300)).containsOnlyKeys(1, 3, 4);

    cluster.loop.advance(Duration.ofSeconds(29));
    assertThat(cluster.events).last().isEqualTo("EJECT 2 CONSECUTIVE_5XX 1 true");
    cluster.loop.advance(Duration.ofSeconds(1));
    assertThat(cluster.events).as("with the sweep").last().isEqualTo("UNEJECT 2");
    assertThat(picks(cluster.runtime.hosts(), 300)).containsOnlyKeys(1, 2, 3, 4);
  }

  @Test
  void otherDetectionStartsAnew() {
    var cluster = new TestCluster(cluster(Cluster.Transport.DEFAULT, EJECTING), ports(1, 2, 3, 4));
    fail(cluster, 2, 3);
    fail(cluster, 3, 2);
    cluster.update(cluster(Cluster.Transport.DEFAULT, OutlierDetection.DEFAULT), ports(1, 2, 3, 4));
    assertThat(cluster.host(2).health()).isEqualTo(Health.UNKNOWN);
    cluster.update(cluster(Cluster.Transport.DEFAULT, EJECTING), ports(1, 2, 3, 4));
    fail(cluster, 3, 2);
    assertThat(cluster.events).hasSize(1);
  }

  @Test
  void aHostThatLeavesIsForgotten() {
    var cluster = new TestCluster(cluster(Cluster.Transport.DEFAULT, EJECTING), ports(1, 2, 3, 4));
    ClusterHost gone = cluster.host(2);
    fail(cluster, 2, 3);
    cluster.runtime.update(ports(1, 3, 4));
    cluster.runtime.update(ports(1, 2, 3, 4));
    assertThat(cluster.host(2).state()).isNotSameAs(gone.state());
    assertThat(cluster.host(2).health()).isEqualTo(Health.UNKNOWN);
    for (int i = 0; i < 3; i++) {
      gone.report(500);
    }
    cluster.loop.runTasks();
    assertThat(cluster.host(2).health())
        .as("reports on the one that left")
        .isEqualTo(Health.UNKNOWN);
  }

  @Test
  void removalFreesAll() {
    var cluster = new TestCluster(cluster(Cluster.Transport.DEFAULT, EJECTING), ports(1, 2));
    cluster.host(1).pool(Priority.DEFAULT, false);
    cluster.remove();
    assertThat(cluster.live.size()).isZero();
    cluster.loop.advance(Duration.ofSeconds(2));
    assertThat(cluster.pools.made).allMatch(pool -> pool.drained);
    assertThat(cluster.loop.idle()).isTrue();
    assertThat(cluster.runtime.hosts().pick(new TestCall(1))).isEqualTo(Pick.None.NO_HOSTS);
  }

  @Test
  void aPoolLivesAsLongAsWhatItsConnectionsDependOn() {
    Cluster config = cluster(Cluster.Transport.DEFAULT, null);
    var cluster = new TestCluster(config, ports(1, 2));
    var pool = cluster.host(1).pool(Priority.DEFAULT, false);
    assertThat(cluster.pools.made).as("made when first asked for").hasSize(1);

    cluster.update(cluster(Cluster.Transport.DEFAULT, EJECTING), ports(1, 2, 3));
    assertThat(cluster.host(1).pool(Priority.DEFAULT, false)).isSameAs(pool);

    var http2 =
        new Cluster.Transport(
            Duration.ofSeconds(5),
            new TransportSocket.RawBuffer(),
            List.of(),
            ProtocolOptions.HTTP_2);
    cluster.update(cluster(http2, EJECTING), ports(1, 2, 3));
    assertThat(cluster.host(1).pool(Priority.DEFAULT, false)).isNotSameAs(pool);
    assertThat(cluster.pools.made.get(0).drained)
        .as("a call may have picked the host just before")
        .isFalse();
    cluster.loop.advance(Duration.ofSeconds(1));
    assertThat(cluster.pools.made.get(0).drained).isTrue();
    assertThat(cluster.pools.made.get(1).drained).isFalse();
  }

  @Test
  void aPoolThatALateCallMakesIsDrainedToo() {
    var cluster = new TestCluster(cluster(Cluster.Transport.DEFAULT, null), ports(1, 2));
    ClusterHost picked = cluster.host(2);
    cluster.runtime.update(ports(1));
    cluster.loop.advance(Duration.ofSeconds(5));
    picked.pool(Priority.DEFAULT, false);
    cluster.loop.runTasks();
    assertThat(cluster.pools.made.get(0).drained).isFalse();
    cluster.loop.advance(Duration.ofSeconds(1));
    assertThat(cluster.pools.made.get(0).drained).isTrue();
  }

  @Test
  void prioritiesHavePoolsAndLimitsOfTheirOwn() {
    var breakers =
        new CircuitBreakers(
            new Thresholds(1, 1, 1, 1, Optional.empty(), false),
            new Thresholds(2, 2, 2, 2, Optional.empty(), false),
            Optional.empty());
    var cluster =
        new TestCluster(with(new Cluster.Static(ports(1)), breakers), EndpointSet.empty("c"));
    ClusterHost host = cluster.host(1);
    assertThat(host.pool(Priority.HIGH, false)).isNotSameAs(host.pool(Priority.DEFAULT, false));
    assertThat(cluster.pools.made.get(0).settings.limits())
        .isSameAs(cluster.runtime.admission(Priority.HIGH));
    assertThat(host.admission(Priority.DEFAULT))
        .isSameAs(cluster.runtime.admission(Priority.DEFAULT));
    assertThat(cluster.runtime.admission(Priority.DEFAULT).tryRequest()).isTrue();
    assertThat(cluster.runtime.admission(Priority.DEFAULT).tryRequest()).isFalse();
    assertThat(cluster.runtime.admission(Priority.HIGH).tryRequest()).isTrue();

    cluster.update(
        with(new Cluster.Static(ports(1)), CircuitBreakers.DEFAULT), EndpointSet.empty("c"));
    assertThat(cluster.runtime.admission(Priority.DEFAULT).requests()).isEqualTo(1);
    assertThat(cluster.runtime.admission(Priority.DEFAULT).tryRequest()).isTrue();
  }

  @Test
  void aClusterThatSpeaksAsTheCallerDoesHasAPoolForEachProtocol() {
    var transport =
        new Cluster.Transport(
            Duration.ofSeconds(5),
            new TransportSocket.RawBuffer(),
            List.of(),
            ProtocolOptions.of(ProtocolOptions.Http.DOWNSTREAM));
    var cluster = new TestCluster(cluster(transport, null), ports(1));
    cluster.host(1).pool(Priority.DEFAULT, true);
    cluster.host(1).pool(Priority.DEFAULT, false);
    assertThat(cluster.pools.made)
        .extracting(pool -> pool.settings.protocol().http())
        .containsExactly(ProtocolOptions.Http.HTTP_2, ProtocolOptions.Http.HTTP_1);
  }

  @Test
  void theFirstMatchOfTheEndpointsMetadataChoosesTheTransportSocket() {
    var tls =
        new TransportSocket.UpstreamTls(
            new TransportSocket.CommonTls(
                Optional.empty(),
                Optional.empty(),
                List.of(),
                TransportSocket.Version.AUTO,
                TransportSocket.Version.AUTO),
            "",
            false,
            false);
    var transport =
        new Cluster.Transport(
            Duration.ofSeconds(5),
            new TransportSocket.RawBuffer(),
            List.of(new Cluster.SocketMatch("tls", Map.of("tlsMode", "istio"), tls)),
            ProtocolOptions.HTTP_1);
    var meshed =
        new Endpoint(
            new Address("10.0.0.1", 1),
            "",
            1,
            Health.UNKNOWN,
            new Metadata(
                Map.of(Metadata.TRANSPORT_SOCKET_MATCH, Map.of("tlsMode", "istio", "x", "y"))));
    var cluster =
        new TestCluster(
            cluster(transport, null),
            EndpointSet.of("c", List.of(meshed, endpoint(2, Health.UNKNOWN))));
    cluster.host(1).pool(Priority.DEFAULT, false);
    cluster.host(2).pool(Priority.DEFAULT, false);
    assertThat(cluster.pools.made.get(0).settings.socket()).isEqualTo(tls);
    assertThat(cluster.pools.made.get(1).settings.socket())
        .isEqualTo(new TransportSocket.RawBuffer());
  }

  @Test
  void activeChecksCountBesideWhatThePlaneSays() {
    var cluster = new TestCluster(cluster(Cluster.Transport.DEFAULT, EJECTING), ports(1, 2, 3, 4));
    cluster.runtime.checked(cluster.host(1).state(), ActiveHealth.UNHEALTHY);
    assertThat(picks(cluster.runtime.hosts(), 90)).containsOnlyKeys(2, 3, 4);
    cluster.runtime.checked(cluster.host(1).state(), ActiveHealth.DEGRADED);
    assertThat(cluster.host(1).health()).isEqualTo(Health.DEGRADED);
    cluster.runtime.checked(cluster.host(1).state(), ActiveHealth.HEALTHY);
    assertThat(picks(cluster.runtime.hosts(), 80)).containsOnlyKeys(1, 2, 3, 4);

    fail(cluster, 2, 3);
    cluster.runtime.checked(cluster.host(2).state(), ActiveHealth.HEALTHY);
    assertThat(cluster.events).last().isEqualTo("UNEJECT 2");
    assertThat(cluster.host(2).health()).isEqualTo(Health.UNKNOWN);
  }

  @Test
  void theSameAddressTwiceIsOneHost() {
    var cluster = new TestCluster(cluster(Cluster.Transport.DEFAULT, null), ports(1, 1, 2));
    assertThat(cluster.runtime.hosts().hosts()).hasSize(2);
    assertThat(cluster.runtime.hosts().hosts())
        .extracting(ClusterHost::index)
        .containsExactly(0, 1);
  }

  @Test
  void equalInputChangesNothing() {
    var cluster = new TestCluster(cluster(Cluster.Transport.DEFAULT, EJECTING), ports(1, 2));
    HostSet before = cluster.runtime.hosts();
    cluster.update(cluster(Cluster.Transport.DEFAULT, EJECTING), ports(1, 2));
    assertThat(cluster.runtime.hosts()).isSameAs(before);
  }

  @Test
  void nothingIsMadeOfEndpointsBeforeSomebodyAsks() {
    var cluster = new TestCluster(cluster(Cluster.Transport.DEFAULT, EJECTING), ports(1, 2, 3, 4));
    cluster.loop.advance(Duration.ofSeconds(25));
    cluster.runtime.update(ports(5, 6, 7, 8));
    assertThat(cluster.loop.idle()).as("no sweep for hosts that nobody calls").isTrue();

    fail(cluster, 5, 3);
    assertThat(cluster.events).containsExactly("EJECT 5 CONSECUTIVE_5XX 1 true");
    cluster.loop.advance(Duration.ofSeconds(34));
    assertThat(cluster.events).as("sweeps at 30, 40, 50").hasSize(1);
    cluster.loop.advance(Duration.ofSeconds(1));
    assertThat(cluster.events).as("at 60, as if it had always swept").last().isEqualTo("UNEJECT 5");
  }

  @Test
  void threadsThatAskFirstTogetherGetTheSameHosts() throws Exception {
    for (int i = 0; i < 200; i++) {
      var cluster = new TestCluster(cluster(Cluster.Transport.DEFAULT, EJECTING), ports(1, 2));
      var start = new CountDownLatch(1);
      Callable<HostSet> ask =
          () -> {
            start.await();
            return cluster.runtime.hosts();
          };
      var first = new FutureTask<>(ask);
      var second = new FutureTask<>(ask);
      new Thread(first).start();
      new Thread(second).start();
      start.countDown();
      assertThat(first.get()).isSameAs(second.get());
    }
  }

  @Test
  void anUpdateWithoutEndpointsWaitsWhileHostsAnswer() {
    var cluster = TestCluster.holding(cluster(Cluster.Transport.DEFAULT, null), ports(1, 2));
    cluster.host(1).report(200);
    cluster.runtime.update(ports());
    assertThat(cluster.events).containsExactly("HELD c");
    assertThat(picks(cluster.runtime.hosts(), 10)).containsOnlyKeys(1, 2);

    cluster.loop.advance(Duration.ofSeconds(4));
    cluster.host(2).report(503);
    cluster.loop.advance(Duration.ofSeconds(4));
    assertThat(picks(cluster.runtime.hosts(), 10))
        .as("it answers, if badly")
        .containsOnlyKeys(1, 2);
    cluster.loop.advance(Duration.ofSeconds(2));
    assertThat(cluster.events).containsExactly("HELD c", "LET GO c");
    assertThat(cluster.runtime.hosts().pick(new TestCall(1))).isEqualTo(Pick.None.NO_HOSTS);
  }

  @Test
  void anUpdateWithEndpointsEndsTheWaiting() {
    var cluster = TestCluster.holding(cluster(Cluster.Transport.DEFAULT, null), ports(1, 2));
    cluster.host(1).report(200);
    cluster.runtime.update(ports());
    cluster.runtime.update(ports(3));
    assertThat(cluster.events).containsExactly("HELD c", "LET GO c");
    assertThat(picks(cluster.runtime.hosts(), 10)).containsOnlyKeys(3);
    cluster.loop.advance(Duration.ofSeconds(20));
    assertThat(picks(cluster.runtime.hosts(), 10)).containsOnlyKeys(3);
  }

  @Test
  void hostsThatNeverAnsweredAreLetGoAtOnce() {
    var cluster = TestCluster.holding(cluster(Cluster.Transport.DEFAULT, null), ports(1, 2));
    cluster.host(1).report(LocalOrigin.FAILED);
    cluster.runtime.update(ports());
    assertThat(cluster.events).isEmpty();
    assertThat(cluster.runtime.hosts().pick(new TestCall(1))).isEqualTo(Pick.None.NO_HOSTS);

    var asEnvoy = new TestCluster(cluster(Cluster.Transport.DEFAULT, null), ports(1, 2));
    asEnvoy.host(1).report(200);
    asEnvoy.runtime.update(ports());
    assertThat(asEnvoy.runtime.hosts().pick(new TestCall(1))).isEqualTo(Pick.None.NO_HOSTS);
  }

  private static void fail(TestCluster cluster, int port, int times) {
    for (int i = 0; i < times; i++) {
      cluster.host(port).report(500);
    }
    cluster.loop.runTasks();
  }
}
