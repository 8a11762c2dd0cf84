package io.inmesh.xds.ads;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Locality;
import io.inmesh.plane.ClusterLoad;
import io.inmesh.plane.ClusterLoad.LocalityLoad;
import io.inmesh.plane.LoadSource;
import io.inmesh.plane.PlaneContext;
import io.inmesh.proto.envoy.config.endpoint.v3.ClusterStats;
import io.inmesh.proto.envoy.config.endpoint.v3.UpstreamLocalityStats;
import io.inmesh.proto.envoy.service.load_stats.v3.LoadStatsRequest;
import io.inmesh.proto.envoy.service.load_stats.v3.LoadStatsResponse;
import io.inmesh.testkit.VirtualLoop;
import io.inmesh.xds.ads.Bench.FakeStream;
import io.inmesh.xds.grpc.PlaneServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class LoadReporterTest {
  private final VirtualLoop loop = new VirtualLoop();
  private final List<FakeStream<LoadStatsRequest, LoadStatsResponse>> streams = new ArrayList<>();
  private final Source source = new Source();
  private final LoadReporter reporter =
      new LoadReporter(
          AdsOptions.of(server("a"), server("b")).withLoadReports(true),
          (server, callbacks) -> {
            streams.add(new FakeStream<>(server, callbacks));
            return last();
          },
          new PlaneContext(Bench.NODE, loop, Bench.NO_SECRETS, new RecordedEvents(), source));

  /** Has the same of each cluster, each time. */
  private static final class Source implements LoadSource {
    boolean started;
    final List<String> clusters = new ArrayList<>(List.of("one", "two"));

    @Override
    public void start() {
      started = true;
    }

    @Override
    public List<ClusterLoad> take(Predicate<String> wanted) {
      var here = new LocalityLoad(new Locality("r", "z", "s"), 1, 5, 3, 1, 2);
      return clusters.stream()
          .filter(wanted)
          .map(name -> new ClusterLoad(name, "service", List.of(here), Map.of("overload", 4L)))
          .toList();
    }
  }

  private static PlaneServer server(String name) {
    return PlaneServer.of(name + ":1", new PlaneServer.Plaintext());
  }

  private FakeStream<LoadStatsRequest, LoadStatsResponse> last() {
    return streams.get(streams.size() - 1);
  }

  private void begin() {
    loop.execute(reporter::start);
    loop.runTasks();
    last().callbacks.ready();
  }

  private static LoadStatsResponse every(Duration interval, String... clusters) {
    return LoadStatsResponse.newBuilder()
        .addAllClusters(List.of(clusters))
        .setLoadReportingInterval(
            com.google.protobuf.Duration.newBuilder()
                .setSeconds(interval.getSeconds())
                .setNanos(interval.getNano()))
        .build();
  }

  @Test
  void itReportsWhatIsAskedForAsOftenAsItIsAskedFor() {
    begin();
    assertThat(source.started).isTrue();
    LoadStatsRequest first = last().take().get(0);
    assertThat(first.getNode().getId()).isEqualTo("node-1");
    assertThat(first.getNode().getClientFeaturesList())
        .contains("envoy.lrs.supports_send_all_clusters");
    loop.advance(Duration.ofMinutes(1));
    assertThat(last().sent).as("nobody has asked").isEmpty();

    last().callbacks.response(every(Duration.ofSeconds(10), "one"));
    loop.advance(Duration.ofSeconds(10));
    LoadStatsRequest report = last().take().get(0);
    assertThat(report.hasNode()).isFalse();
    ClusterStats of = report.getClusterStats(0);
    assertThat(report.getClusterStatsCount()).isOne();
    assertThat(of.getClusterName()).isEqualTo("one");
    assertThat(of.getClusterServiceName()).isEqualTo("service");
    assertThat(of.getLoadReportInterval().getSeconds())
        .as("since it counts, before the first report")
        .isEqualTo(70);
    assertThat(of.getTotalDroppedRequests()).isEqualTo(4);
    assertThat(of.getDroppedRequests(0).getCategory()).isEqualTo("overload");
    UpstreamLocalityStats in = of.getUpstreamLocalityStats(0);
    assertThat(in.getLocality().getZone()).isEqualTo("z");
    assertThat(
            List.of(
                in.getTotalIssuedRequests(),
                in.getTotalSuccessfulRequests(),
                in.getTotalErrorRequests(),
                in.getTotalRequestsInProgress(),
                (long) in.getPriority()))
        .containsExactly(5L, 3L, 1L, 2L, 1L);

    loop.advance(Duration.ofSeconds(20));
    assertThat(last().take())
        .hasSize(2)
        .allMatch(next -> next.getClusterStats(0).getLoadReportInterval().getSeconds() == 10);
  }

  @Test
  void thePlaneMayAskForAllAndChangeItsMind() {
    begin();
    last()
        .callbacks
        .response(every(Duration.ofSeconds(5)).toBuilder().setSendAllClusters(true).build());
    loop.advance(Duration.ofSeconds(5));
    last().callbacks.response(every(Duration.ofMinutes(1), "two"));
    loop.advance(Duration.ofSeconds(59));
    List<LoadStatsRequest> sent = last().take();
    assertThat(sent.get(1).getClusterStatsList())
        .extracting(ClusterStats::getClusterName)
        .containsExactly("one", "two");
    assertThat(sent).hasSize(2);
    loop.advance(Duration.ofSeconds(1));
    assertThat(last().take().get(0).getClusterStatsList())
        .extracting(ClusterStats::getClusterName)
        .containsExactly("two");
  }

  @Test
  void withoutIntervalItDoesNotReportWithoutEnd() {
    begin();
    last().callbacks.response(every(Duration.ZERO, "one"));
    last().take();
    loop.advance(Duration.ofSeconds(1));
    assertThat(last().sent).hasSize(10);
  }

  @Test
  void aServerThatKnowsNoReportsIsLeftForTheNextAndThenAskedAgain() {
    loop.execute(reporter::start);
    loop.runTasks();
    last().callbacks.closed("UNIMPLEMENTED");
    assertThat(streams).hasSize(2);
    assertThat(last().server).isOne();
    last().callbacks.closed("UNIMPLEMENTED");
    assertThat(streams).hasSize(2);
    loop.advance(Duration.ofSeconds(1));
    assertThat(streams).hasSize(3);
    assertThat(last().server).isZero();
  }

  @Test
  void aLostStreamIsOpenedAgainAndWhatWasCountedMeanwhileIsTold() {
    begin();
    last().callbacks.response(every(Duration.ofSeconds(10), "one"));
    last().callbacks.closed("gone");
    loop.advance(Duration.ofSeconds(1));
    last().callbacks.ready();
    last().callbacks.response(every(Duration.ofSeconds(10), "one"));
    loop.advance(Duration.ofSeconds(10));
    LoadStatsRequest report = last().take().get(1);
    assertThat(report.getClusterStats(0).getLoadReportInterval().getSeconds()).isBetween(10L, 11L);
  }

  @Test
  void nothingHappensAfterTheEnd() {
    begin();
    last().callbacks.response(every(Duration.ofSeconds(10), "one"));
    reporter.close();
    last().take();
    loop.advance(Duration.ofMinutes(1));
    assertThat(last().sent).isEmpty();
    assertThat(last().closed).isTrue();
  }
}
