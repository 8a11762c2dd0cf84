package io.inmesh.xds.ads;

import static io.inmesh.xds.ads.Bench.cluster;
import static io.inmesh.xds.ads.Bench.endpoints;
import static io.inmesh.xds.ads.Bench.listener;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane.Rejection;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeltaTest {
  private final Bench<DeltaDiscoveryRequest, DeltaDiscoveryResponse> bench =
      new Bench<>(Delta::new, 1, ResourceMemory.NONE);

  private static DeltaDiscoveryResponse.Builder response(Resource.Type type, String revision) {
    return DeltaDiscoveryResponse.newBuilder()
        .setTypeUrl(type.url())
        .setSystemVersionInfo(revision)
        .setNonce("nonce-" + revision);
  }

  private static io.inmesh.proto.envoy.service.discovery.v3.Resource resource(
      String name, String version, Any any) {
    return io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
        .setName(name)
        .setVersion(version)
        .setResource(any)
        .build();
  }

  private DeltaDiscoveryRequest onlyRequest() {
    List<DeltaDiscoveryRequest> sent = bench.stream().take();
    assertThat(sent).hasSize(1);
    return sent.get(0);
  }

  @Test
  void onlyChangesOfNamesAreSent() {
    bench.want(endpoints("a"), endpoints("b"));
    DeltaDiscoveryRequest first = bench.ready().take().get(0);
    assertThat(first.getNode().getId()).isEqualTo("node-1");
    assertThat(first.getResourceNamesSubscribeList()).containsExactly("a", "b");
    bench.want(endpoints("b"), endpoints("c"));
    DeltaDiscoveryRequest second = onlyRequest();
    assertThat(second.hasNode()).isFalse();
    assertThat(second.getResourceNamesSubscribeList()).containsExactly("c");
    assertThat(second.getResourceNamesUnsubscribeList()).containsExactly("a");
    bench.want(endpoints("c"), endpoints("b"));
    assertThat(bench.stream().sent).isEmpty();
  }

  @Test
  void theWildcardStandsAloneInItsOlderFormAndIsTakenBackByName() {
    bench.want(cluster("*"), endpoints("*"));
    List<DeltaDiscoveryRequest> first = bench.ready().take();
    assertThat(first.get(0).getResourceNamesSubscribeList()).isEmpty();
    assertThat(first.get(1).getResourceNamesSubscribeList()).containsExactly("*");
    bench.want(cluster("a"), endpoints("*"));
    DeltaDiscoveryRequest second = onlyRequest();
    assertThat(second.getResourceNamesSubscribeList()).containsExactly("a");
    assertThat(second.getResourceNamesUnsubscribeList()).containsExactly("*");
  }

  @Test
  void eachResponseIsAnsweredWithItsNonceAndNewNamesTravelAlong() {
    bench.want(listener("l"));
    bench.ready().take();
    bench.events.onChange = () -> bench.session.want(Bench.set(listener("l"), listener("m")));
    bench.respond(
        response(Resource.Type.LISTENER, "1")
            .addResources(resource("l", "v1", Resources.listener("l")))
            .build());
    DeltaDiscoveryRequest answer = onlyRequest();
    assertThat(answer.getResponseNonce()).isEqualTo("nonce-1");
    assertThat(answer.getResourceNamesSubscribeList()).containsExactly("m");
    assertThat(answer.hasErrorDetail()).isFalse();
    assertThat(bench.events.revision()).isEqualTo("1");
  }

  @Test
  void badResourcesAreRefusedAloneAndTheOldOnesStay() {
    bench.want(cluster("*"));
    bench.ready();
    bench.respond(
        response(Resource.Type.CLUSTER, "1")
            .addResources(resource("a", "1", Resources.cluster("a")))
            .addResources(resource("b", "1", Resources.cluster("b")))
            .build());
    bench.stream().take();
    bench.respond(
        response(Resource.Type.CLUSTER, "2")
            .addResources(resource("a", "2", Resources.cluster("a", "bad")))
            .addResources(resource("b", "2", Resources.cluster("b", "new")))
            .build());
    DeltaDiscoveryRequest answer = onlyRequest();
    assertThat(answer.getResponseNonce()).isEqualTo("nonce-2");
    assertThat(answer.getErrorDetail().getMessage())
        .contains("a: alt_stat_name: must not be bad")
        .doesNotContain("b:");
    assertThat(bench.events.last()).containsOnlyKeys(cluster("b"));
    assertThat(bench.events.state.get(cluster("a"))).isPresent();
    assertThat(bench.events.rejections)
        .containsExactly(
            new Rejection(Resource.Type.CLUSTER, "a", "alt_stat_name: must not be bad"));
  }

  @Test
  void whatIsRemovedIsGoneAndUnknownNamesDoNotExist() {
    bench.want(cluster("a"), cluster("b"), cluster("*"));
    bench.ready();
    bench.respond(
        response(Resource.Type.CLUSTER, "1")
            .addResources(resource("a", "1", Resources.cluster("a")))
            .addRemovedResources("b")
            .addRemovedResources("never heard of")
            .build());
    assertThat(bench.events.last()).containsOnlyKeys(cluster("a"), cluster("b"));
    assertThat(bench.events.state.get(cluster("b"))).isEmpty();
    bench.respond(response(Resource.Type.CLUSTER, "2").addRemovedResources("a").build());
    assertThat(bench.events.last()).containsExactly(Map.entry(cluster("a"), Optional.empty()));
    bench.respond(response(Resource.Type.CLUSTER, "3").addRemovedResources("a").build());
    assertThat(bench.events.updates).as("said once").hasSize(2);
  }

  @Test
  void absenceFromAResponseMeansNothing() {
    bench.want(cluster("*"));
    bench.ready();
    bench.respond(
        response(Resource.Type.CLUSTER, "1")
            .addResources(resource("a", "1", Resources.cluster("a")))
            .build());
    bench.respond(
        response(Resource.Type.CLUSTER, "2")
            .addResources(resource("b", "1", Resources.cluster("b")))
            .build());
    assertThat(bench.events.state.get(cluster("a"))).isPresent();
  }

  @Test
  void namesNeverAnsweredDoNotExistAfterFifteenSeconds() {
    bench.want(endpoints("a"), endpoints("b"));
    bench.ready();
    bench.respond(
        response(Resource.Type.ENDPOINTS, "1")
            .addResources(resource("a", "1", Resources.endpoints("a", 1)))
            .build());
    bench.advance(Duration.ofSeconds(16));
    assertThat(bench.events.last()).containsExactly(Map.entry(endpoints("b"), Optional.empty()));
  }

  @Test
  void afterAReconnectTheVersionsOfWhatIsHeldAreSent() {
    bench.want(cluster("*"), endpoints("a"), endpoints("b"));
    bench.ready();
    bench.respond(
        response(Resource.Type.CLUSTER, "1")
            .addResources(resource("a", "c1", Resources.cluster("a")))
            .addResources(resource("b", "c2", Resources.cluster("b")))
            .build());
    bench.respond(
        response(Resource.Type.ENDPOINTS, "1")
            .addResources(resource("a", "e1", Resources.endpoints("a", 1)))
            .build());
    var kept = bench.events.state.get(cluster("a")).orElseThrow();
    bench.fail("gone");
    bench.want(cluster("*"), endpoints("b"));
    bench.advance(Duration.ofSeconds(1));
    List<DeltaDiscoveryRequest> again = bench.ready().take();
    assertThat(again.get(0).getInitialResourceVersionsMap())
        .containsExactlyInAnyOrderEntriesOf(Map.of("a", "c1", "b", "c2"));
    assertThat(again.get(0).getNode().getId()).isEqualTo("node-1");
    assertThat(again.get(0).getResourceNamesSubscribeList()).isEmpty();
    assertThat(again.get(1).getResourceNamesSubscribeList()).containsExactly("b");
    assertThat(again.get(1).getInitialResourceVersionsMap()).as("a is not wanted").isEmpty();
    int before = bench.events.updates.size();
    bench.respond(
        response(Resource.Type.CLUSTER, "2")
            .addResources(resource("a", "c9", Resources.cluster("a")))
            .addRemovedResources("b")
            .build());
    assertThat(bench.events.updates).hasSize(before + 1);
    assertThat(bench.events.last()).containsExactly(Map.entry(cluster("b"), Optional.empty()));
    assertThat(bench.events.state.get(cluster("a"))).as("same bytes").containsSame(kept);
  }

  @Test
  void aWrapperWithAnotherNameThanItsContentIsRefused() {
    bench.want(cluster("a"));
    bench.ready().take();
    bench.respond(
        response(Resource.Type.CLUSTER, "1")
            .addResources(resource("a", "1", Resources.cluster("z")))
            .build());
    assertThat(onlyRequest().getErrorDetail().getMessage()).contains("a: its name is \"z\" inside");
  }

  @Test
  void aChangedNodeIsSentAtOnceWithoutChangingNames() {
    bench.want(cluster("*"));
    bench.ready().take();
    bench.session.node(new Node("node-1", "web", Locality.NONE, Map.of("draining", true)));
    bench.loop.runTasks();
    DeltaDiscoveryRequest goodbye = onlyRequest();
    assertThat(goodbye.getNode().getMetadata().getFieldsOrThrow("draining").getBoolValue())
        .isTrue();
    assertThat(goodbye.getResourceNamesSubscribeList()).isEmpty();
    assertThat(goodbye.getResponseNonce()).isEmpty();
  }
}
