package io.inmesh.xds.ads;

import static io.inmesh.xds.ads.Bench.cluster;
import static io.inmesh.xds.ads.Bench.endpoints;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Config of an earlier run: served at once, replaced by the plane's, dropped only by the plane. */
class RecollectionTest {
  /** A memory of clusters a and b and the endpoints of a, at revision 7. */
  private static final class FakeMemory implements ResourceMemory {
    final Map<Resource.Key, Kept> kept = new LinkedHashMap<>();

    FakeMemory() {
      put(Resource.Type.CLUSTER, "a", "ca", Resources.cluster("a"));
      put(Resource.Type.CLUSTER, "b", "", Resources.cluster("b"));
      put(Resource.Type.ENDPOINTS, "a", "ea", Resources.endpoints("a", 1));
    }

    void put(Resource.Type type, String name, String version, Any message) {
      Resource.Key key = new Resource.Key(type, name);
      kept.put(key, new Kept(key, version, message.getValue()));
    }

    @Override
    public Recalled recall() {
      return new Recalled("7", List.copyOf(kept.values()));
    }

    @Override
    public void keep(Kept resource, String revision) {
      kept.put(resource.key(), resource);
    }

    @Override
    public void forget(Resource.Key key) {
      kept.remove(key);
    }
  }

  private final FakeMemory memory = new FakeMemory();

  private Bench<DeltaDiscoveryRequest, DeltaDiscoveryResponse> delta() {
    return new Bench<>(Delta::new, 1, memory);
  }

  private Bench<DiscoveryRequest, DiscoveryResponse> stateOfTheWorld() {
    return new Bench<>(StateOfTheWorld::new, 1, memory);
  }

  private static DiscoveryResponse response(Resource.Type type, String version, Any... resources) {
    return DiscoveryResponse.newBuilder()
        .setTypeUrl(type.url())
        .setVersionInfo(version)
        .setNonce(version)
        .addAllResources(List.of(resources))
        .build();
  }

  @Test
  void whatIsWantedIsServedAtOnceWithoutThePlaneAndStaysForAsLongAsItIsDown() {
    var bench = delta();
    bench.want(cluster("a"), endpoints("a"));
    assertThat(bench.events.state).containsOnlyKeys(cluster("a"), endpoints("a"));
    assertThat(bench.events.revisions).containsOnly("disk:7");
    bench.fail("down");
    bench.advance(Duration.ofMinutes(5));
    assertThat(bench.events.state.get(cluster("a"))).isPresent();
    bench.want(cluster("a"), endpoints("a"), cluster("b"));
    assertThat(bench.events.state.get(cluster("b"))).as("wanted later").isPresent();
  }

  @Test
  void theSameFromThePlaneIsTheSameObjectUnderThePlanesRevision() {
    var bench = stateOfTheWorld();
    bench.want(cluster("*"));
    Resource recalled = bench.events.state.get(cluster("a")).orElseThrow();
    bench.ready();
    bench.respond(
        response(
            Resource.Type.CLUSTER, "9", Resources.cluster("a"), Resources.cluster("b", "new")));
    assertThat(bench.events.revision()).isEqualTo("9");
    assertThat(bench.events.last().get(cluster("a"))).containsSame(recalled);
    bench.respond(
        response(
            Resource.Type.CLUSTER, "10", Resources.cluster("a"), Resources.cluster("b", "new")));
    assertThat(bench.events.revision()).as("confirmed once").isEqualTo("9");
  }

  @Test
  void aPlaneThatIsSlowTakesNothingAway() {
    var bench = stateOfTheWorld();
    bench.want(endpoints("a"), endpoints("unknown"));
    bench.ready();
    bench.advance(Duration.ofSeconds(20));
    assertThat(bench.events.state.get(endpoints("a"))).isPresent();
    assertThat(bench.events.state.get(endpoints("unknown"))).isEmpty();
  }

  @Test
  void whatThePlaneNoLongerHasGoesAndIsForgotten() {
    var bench = stateOfTheWorld();
    bench.want(cluster("*"));
    bench.ready();
    bench.respond(response(Resource.Type.CLUSTER, "9", Resources.cluster("a")));
    assertThat(bench.events.last()).containsEntry(cluster("b"), Optional.empty());
    assertThat(memory.kept).doesNotContainKey(cluster("b"));
  }

  @Test
  void aDeltaPlaneLearnsWhatWeHaveAndItsSilenceConfirms() {
    var bench = delta();
    bench.want(cluster("*"));
    DeltaDiscoveryRequest first = bench.ready().take().get(0);
    assertThat(first.getInitialResourceVersionsMap()).isEqualTo(Map.of("a", "ca", "b", ""));
    bench.respond(
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(Resource.Type.CLUSTER.url())
            .setSystemVersionInfo("9")
            .setNonce("1")
            .addRemovedResources("b")
            .build());
    assertThat(bench.events.revision()).isEqualTo("9");
    assertThat(bench.events.last().get(cluster("a"))).isPresent();
    assertThat(bench.events.last().get(cluster("b"))).isEmpty();
  }

  @Test
  void onceThePlaneHasAnsweredItAloneIsAsked() {
    var bench = delta();
    bench.want(cluster("a"));
    bench.ready();
    bench.respond(
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(Resource.Type.CLUSTER.url())
            .setNonce("1")
            .build());
    bench.want(cluster("a"), cluster("b"));
    assertThat(bench.events.state).containsOnlyKeys(cluster("a"));
  }

  @Test
  void whatCannotBeUsedAnyMoreIsPassedOver() {
    memory.put(Resource.Type.CLUSTER, "a", "x", Resources.cluster("a", "bad"));
    memory.put(Resource.Type.CLUSTER, "b", "x", Resources.cluster("other name"));
    memory.put(
        Resource.Type.ENDPOINTS,
        "a",
        "x",
        Any.newBuilder().setValue(ByteString.fromHex("ff")).build());
    var bench = delta();
    bench.want(cluster("a"), cluster("b"), endpoints("a"));
    assertThat(bench.events.updates).isEmpty();
    assertThat(bench.events.rejections).isEmpty();
    assertThat(memory.kept).isEmpty();
  }

  @Test
  void whatIsAcceptedIsKeptExceptSecretsAndPrivateKeys() {
    memory.kept.clear();
    var bench = stateOfTheWorld();
    bench.want(cluster("*"), new Resource.Key(Resource.Type.SECRET, "s"), endpoints("e"));
    bench.ready();
    bench.respond(
        response(
            Resource.Type.CLUSTER,
            "1",
            Resources.cluster("plain"),
            Resources.cluster("refused", "bad"),
            Resources.cluster("private", "key")));
    bench.respond(
        response(
            Resource.Type.SECRET,
            "1",
            Resources.any(
                Resource.Type.SECRET,
                io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.Secret.newBuilder()
                    .setName("s")
                    .build())));
    bench.respond(response(Resource.Type.ENDPOINTS, "1", Resources.endpoints("e", 1)));
    assertThat(bench.events.state).hasSize(4);
    assertThat(memory.kept).containsOnlyKeys(cluster("plain"), endpoints("e"));
    bench.want(cluster("*"));
    assertThat(memory.kept).as("no longer wanted").containsOnlyKeys(cluster("plain"));
  }
}
