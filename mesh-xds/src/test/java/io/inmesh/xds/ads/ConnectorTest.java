package io.inmesh.xds.ads;

import static io.inmesh.xds.ads.Bench.cluster;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane.Status;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectorTest {
  private Bench<DeltaDiscoveryRequest, DeltaDiscoveryResponse> bench = bench(1);

  private static Bench<DeltaDiscoveryRequest, DeltaDiscoveryResponse> bench(int servers) {
    return new Bench<>(Delta::new, servers, ResourceMemory.NONE);
  }

  private static DeltaDiscoveryResponse clusters(String revision, String... names) {
    var response =
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(Resource.Type.CLUSTER.url())
            .setSystemVersionInfo(revision)
            .setNonce(revision);
    for (String name : names) {
      response.addResources(
          io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
              .setName(name)
              .setVersion(revision)
              .setResource(Resources.cluster(name, revision)));
    }
    return response.build();
  }

  @Test
  void pausesBetweenAttemptsGrowWithFullJitterUpToTheirBound() {
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      long failedAt = bench.loop.nanoTime();
      bench.fail("refused");
      bench.awaitStream();
      pauses.add((bench.loop.nanoTime() - failedAt) / 1_000_000);
    }
    assertThat(pauses.get(0)).isLessThanOrEqualTo(510);
    assertThat(pauses.get(1)).isLessThanOrEqualTo(1_010);
    assertThat(pauses.get(2)).isLessThanOrEqualTo(2_010);
    List<Long> late = pauses.subList(100, 400);
    assertThat(late).allMatch(pause -> pause <= 30_010);
    assertThat(late.stream().mapToLong(x -> x).average().orElseThrow())
        .as("uniform from nothing to 30 s")
        .isBetween(13_000.0, 17_000.0);
  }

  @Test
  void aStreamThatWasAcceptedResetsThePause() {
    for (int i = 0; i < 8; i++) {
      bench.fail("refused");
      bench.awaitStream();
    }
    bench.ready().callbacks.accepted();
    bench.fail("gone");
    int opened = bench.streams.size();
    bench.advance(Duration.ofMillis(500));
    assertThat(bench.streams).hasSize(opened + 1);
  }

  @Test
  void theStatusTellsWhoIsConnectedAndWhyNot() {
    bench.fail("UNAVAILABLE: nobody there");
    assertThat(bench.session.status())
        .isEqualTo(new Status(false, "plane0:1", "UNAVAILABLE: nobody there"));
    bench.advance(Duration.ofMillis(500));
    bench.ready();
    assertThat(bench.session.status().connected()).as("not before the server says so").isFalse();
    bench.stream().callbacks.accepted();
    assertThat(bench.session.status()).isEqualTo(new Status(true, "plane0:1", ""));
    bench.fail("gone");
    assertThat(bench.events.statuses)
        .extracting(Status::connected)
        .containsExactly(false, true, false);
  }

  @Test
  void aServerThatKeepsItsHeadersBackCountsAsConnectedAfterASecond() {
    bench.ready();
    bench.advance(Duration.ofSeconds(1));
    assertThat(bench.session.status().connected()).isTrue();
  }

  @Test
  void aConnectionThatIsNotMadeInTimeIsGivenUp() {
    bench.advance(Duration.ofSeconds(11));
    assertThat(bench.streams.get(0).closed).isTrue();
    assertThat(bench.streams).hasSize(2);
    assertThat(bench.session.status().lastError()).isEqualTo("no connection within 10000 ms");
  }

  @Test
  void serversAreTriedInOrderWithoutPauseAndThenFromTheStart() {
    bench = bench(3);
    bench.fail("a");
    bench.fail("b");
    assertThat(bench.streams).extracting(stream -> stream.server).containsExactly(0, 1, 2);
    bench.fail("c");
    assertThat(bench.streams).hasSize(3);
    bench.advance(Duration.ofMillis(500));
    assertThat(bench.streams).extracting(stream -> stream.server).containsExactly(0, 1, 2, 0);
  }

  @Test
  void fromAFallbackTheWayLeadsBackToThePrimaryWithoutAGap() {
    bench = bench(2);
    bench.want(cluster("*"));
    bench.fail("down");
    var fallback = bench.ready();
    bench.respond(clusters("1", "a"));
    assertThat(bench.session.status().server()).isEqualTo("plane1:1");

    bench.awaitStream();
    var failed = bench.stream();
    assertThat(failed.server).isZero();
    bench.fail("still down");
    assertThat(bench.session.status().connected()).isTrue();
    assertThat(fallback.closed).isFalse();

    bench.awaitStream();
    var primary = bench.ready();
    assertThat(primary.server).isZero();
    assertThat(primary.sent.get(0).getInitialResourceVersionsMap()).containsEntry("a", "1");
    fallback.callbacks.response(clusters("2", "a"));
    bench.loop.runTasks();
    assertThat(bench.events.revision()).as("the fallback still serves").isEqualTo("2");
    primary.callbacks.response(clusters("3", "a"));
    bench.loop.runTasks();
    assertThat(fallback.closed).isTrue();
    assertThat(bench.events.revision()).isEqualTo("3");
    assertThat(bench.session.status()).isEqualTo(new Status(true, "plane0:1", ""));
    assertThat(bench.events.statuses).extracting(Status::server).endsWith("plane1:1", "plane0:1");
  }

  @Test
  void namesWantedDuringTheWayBackReachBothServers() {
    bench = bench(2);
    bench.want(cluster("a"));
    bench.fail("down");
    var fallback = bench.ready();
    bench.respond(clusters("1", "a"));
    bench.awaitStream();
    var primary = bench.ready();
    fallback.take();
    primary.take();
    bench.want(cluster("a"), cluster("b"));
    assertThat(fallback.sent.get(0).getResourceNamesSubscribeList()).containsExactly("b");
    assertThat(primary.sent.get(0).getResourceNamesSubscribeList()).containsExactly("b");
  }

  @Test
  void ifTheFallbackEndsDuringTheWayBackTheWayBackServes() {
    bench = bench(2);
    bench.want(cluster("a"));
    bench.fail("down");
    var fallback = bench.ready();
    bench.respond(clusters("1", "a"));
    bench.awaitStream();
    var primary = bench.ready();
    fallback.callbacks.closed("gone");
    bench.loop.runTasks();
    assertThat(bench.streams).as("no third attempt").hasSize(3);
    primary.callbacks.response(clusters("2", "a"));
    bench.loop.runTasks();
    assertThat(bench.events.revision()).isEqualTo("2");
  }

  @Test
  void aClosedSessionIsSilent() {
    bench.want(cluster("a"));
    bench.ready();
    bench.session.close();
    bench.stream().callbacks.response(clusters("1", "a"));
    bench.stream().callbacks.closed("gone");
    bench.advance(Duration.ofMinutes(2));
    assertThat(bench.stream().closed).isTrue();
    assertThat(bench.streams).hasSize(1);
    assertThat(bench.events.updates).isEmpty();
    assertThat(bench.events.statuses).isEmpty();
    assertThat(bench.loop.idle()).isTrue();
  }
}
