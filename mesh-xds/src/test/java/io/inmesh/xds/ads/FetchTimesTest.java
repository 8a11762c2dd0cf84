package io.inmesh.xds.ads;

import static io.inmesh.xds.ads.Bench.cluster;
import static io.inmesh.xds.ads.Bench.endpoints;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster;
import io.inmesh.proto.envoy.config.core.v3.AggregatedConfigSource;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.inmesh.xds.codec.Decoder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Each source may say for itself how long its first answer is awaited. */
class FetchTimesTest {
  private final Bench<DeltaDiscoveryRequest, DeltaDiscoveryResponse> bench =
      new Bench<>(Delta::new, 1, ResourceMemory.NONE, new Decoder().forStream());

  private static io.inmesh.proto.envoy.service.discovery.v3.Resource eds(String name, long millis) {
    var cluster = Cluster.newBuilder().setName(name).setType(Cluster.DiscoveryType.EDS);
    var source = cluster.getEdsClusterConfigBuilder().getEdsConfigBuilder();
    source.setAds(AggregatedConfigSource.getDefaultInstance());
    if (millis >= 0) {
      source.getInitialFetchTimeoutBuilder().setNanos((int) millis * 1_000_000);
    }
    return io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
        .setName(name)
        .setVersion("1")
        .setResource(Resources.any(Resource.Type.CLUSTER, cluster.build()))
        .build();
  }

  private boolean isToldAbsent(String name) {
    return bench.events.state.containsKey(endpoints(name))
        && bench.events.state.get(endpoints(name)).isEmpty();
  }

  @Test
  void eachHasItsOwn() {
    Resource.Key[] clusters = {cluster("usual"), cluster("short"), cluster("ever")};
    bench.want(clusters);
    bench.ready();
    bench.respond(
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(Resource.Type.CLUSTER.url())
            .setNonce("1")
            .addResources(eds("usual", -1))
            .addResources(eds("short", 200))
            .addResources(eds("ever", 0))
            .build());
    bench.want(
        cluster("usual"),
        cluster("short"),
        cluster("ever"),
        endpoints("usual"),
        endpoints("short"),
        endpoints("ever"));
    bench.advance(Duration.ofMillis(199));
    assertThat(isToldAbsent("short")).isFalse();
    bench.advance(Duration.ofMillis(1));
    assertThat(isToldAbsent("short")).isTrue();
    assertThat(isToldAbsent("usual")).isFalse();
    bench.advance(Duration.ofMillis(14_900));
    assertThat(isToldAbsent("usual")).isTrue();
    bench.advance(Duration.ofMinutes(10));
    assertThat(isToldAbsent("ever")).isFalse();
  }
}
