package io.inmesh.controlplane.ads;

import static io.inmesh.controlplane.ads.StreamBench.config;
import static io.inmesh.controlplane.ads.StreamBench.unsettled;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.config.core.v3.Node;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.inmesh.proto.google.rpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeltaStreamTest {
  private static final ServedResource A = Served.cluster("a", "");
  private static final ServedResource B = Served.cluster("b", "");
  private static final ServedResource A_ENDPOINTS = Served.endpoints("a", 1);
  private static final ServedResource B_ENDPOINTS = Served.endpoints("b", 2);

  private StreamBench<DeltaDiscoveryRequest, DeltaDiscoveryResponse> bench =
      new StreamBench<>(new DeltaDialect(), config("1", A, B, A_ENDPOINTS, B_ENDPOINTS));

  private static DeltaDiscoveryRequest.Builder request(Resource.Type type) {
    return DeltaDiscoveryRequest.newBuilder().setTypeUrl(type.url());
  }

  private void ask(Resource.Type type, String... names) {
    bench.stream.request(
        request(type)
            .setNode(Node.newBuilder().setId("n"))
            .addAllResourceNamesSubscribe(List.of(names))
            .build());
  }

  private void ack(DeltaDiscoveryResponse response) {
    bench.stream.request(
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setResponseNonce(response.getNonce())
            .build());
  }

  /** Acknowledges all until nothing more comes; what came, in order. */
  private List<DeltaDiscoveryResponse> drain() {
    List<DeltaDiscoveryResponse> all = new ArrayList<>();
    for (List<DeltaDiscoveryResponse> some = bench.take(); !some.isEmpty(); some = bench.take()) {
      all.addAll(some);
      some.forEach(this::ack);
    }
    return all;
  }

  private static List<String> names(DeltaDiscoveryResponse response) {
    return response.getResourcesList().stream().map(each -> each.getName()).toList();
  }

  private DeltaDiscoveryResponse only() {
    List<DeltaDiscoveryResponse> sent = bench.take();
    assertThat(sent).hasSize(1);
    return sent.get(0);
  }

  @Test
  void theWildcardGivesAllAndNamesGiveThemselves() {
    ask(Resource.Type.CLUSTER);
    DeltaDiscoveryResponse clusters = only();
    assertThat(names(clusters)).containsExactly("a", "b");
    assertThat(clusters.getSystemVersionInfo()).isEqualTo("1");
    ask(Resource.Type.ENDPOINTS, "b", "nowhere");
    DeltaDiscoveryResponse endpoints = only();
    assertThat(names(endpoints)).containsExactly("b");
    assertThat(endpoints.getRemovedResourcesList()).containsExactly("nowhere");
  }

  @Test
  void onlyWhatChangedIsPushed() {
    ask(Resource.Type.CLUSTER);
    ask(Resource.Type.ENDPOINTS, "a", "b");
    drain();
    bench.publish(config("2", A, B, A_ENDPOINTS, Served.endpoints("b", 2, 3)));
    DeltaDiscoveryResponse push = only();
    assertThat(push.getTypeUrl()).isEqualTo(Resource.Type.ENDPOINTS.url());
    assertThat(names(push)).containsExactly("b");
    ack(push);
    bench.publish(config("3", A, B, A_ENDPOINTS, Served.endpoints("b", 2, 3)));
    assertThat(bench.sent).as("equal content under another revision").isEmpty();
  }

  @Test
  void aSlowClientGetsTheLastStateInsteadOfEach() {
    ask(Resource.Type.ENDPOINTS, "a");
    DeltaDiscoveryResponse first = only();
    for (int i = 2; i < 100; i++) {
      bench.publish(config(Integer.toString(i), A, B, Served.endpoints("a", i), B_ENDPOINTS));
    }
    assertThat(bench.sent).isEmpty();
    ack(first);
    DeltaDiscoveryResponse last = only();
    assertThat(last.getSystemVersionInfo()).isEqualTo("99");
    assertThat(last.getResources(0).getVersion()).isEqualTo(Served.endpoints("a", 99).version());
    bench.ready = false;
    ack(last);
    bench.publish(config("100", A, B, Served.endpoints("a", 100), B_ENDPOINTS));
    assertThat(bench.sent).as("the connection is full").isEmpty();
    bench.ready = true;
    bench.stream.ready();
    assertThat(only().getSystemVersionInfo()).isEqualTo("100");
  }

  @Test
  void whatDependsWaitsForWhatItDependsOnAndRemovalsComeLast() {
    bench.publish(config("1", A, A_ENDPOINTS, Served.listener("l", ""), Served.routes("l", false)));
    ask(Resource.Type.CLUSTER);
    ask(Resource.Type.ENDPOINTS, "a");
    ask(Resource.Type.LISTENER);
    ask(Resource.Type.ROUTES, "l");
    drain();
    bench.loop.advance(Duration.ofSeconds(5));
    bench.publish(
        config("2", B, B_ENDPOINTS, Served.listener("l", "new"), Served.routes("l", true)));
    DeltaDiscoveryResponse clusters = only();
    assertThat(names(clusters)).containsExactly("b");
    assertThat(clusters.getRemovedResourcesList()).isEmpty();
    ack(clusters);
    assertThat(bench.sent).as("the endpoints of b have not been asked for yet").isEmpty();
    bench.stream.request(request(Resource.Type.ENDPOINTS).addResourceNamesSubscribe("b").build());
    DeltaDiscoveryResponse endpoints = only();
    assertThat(names(endpoints)).containsExactly("b");
    ack(endpoints);
    List<DeltaDiscoveryResponse> dependents = bench.take();
    assertThat(dependents)
        .extracting(DeltaDiscoveryResponse::getTypeUrl)
        .containsExactly(Resource.Type.LISTENER.url(), Resource.Type.ROUTES.url());
    ack(dependents.get(0));
    assertThat(bench.sent).as("the routes may still point to a").isEmpty();
    ack(dependents.get(1));
    DeltaDiscoveryResponse removal = only();
    assertThat(removal.getTypeUrl()).isEqualTo(Resource.Type.CLUSTER.url());
    assertThat(removal.getRemovedResourcesList()).containsExactly("a");
  }

  @Test
  void patienceWithClientsThatDoNotAskEnds() {
    bench.publish(config("1", A, Served.routes("r", false)));
    ask(Resource.Type.CLUSTER);
    ask(Resource.Type.ROUTES, "r");
    drain();
    bench.loop.advance(Duration.ofSeconds(5));
    bench.publish(config("2", A, B, Served.routes("r", true)));
    drain();
    bench.loop.advance(Duration.ofMillis(1_001));
    assertThat(only().getTypeUrl()).isEqualTo(Resource.Type.ROUTES.url());
  }

  @Test
  void whoReconnectsGetsOnlyTheDifferenceAndLosesWhatIsGone() {
    bench.stream.request(
        request(Resource.Type.CLUSTER)
            .putAllInitialResourceVersions(Map.of("a", A.version(), "b", "old", "dead", "x"))
            .build());
    DeltaDiscoveryResponse first = only();
    assertThat(names(first)).containsExactly("b");
    assertThat(first.getRemovedResourcesList()).as("not before routes had their turn").isEmpty();
    ack(first);
    bench.loop.advance(Duration.ofSeconds(2));
    assertThat(only().getRemovedResourcesList()).containsExactly("dead");
  }

  @Test
  void whoIsUpToDateIsGreeted() {
    bench.stream.request(
        request(Resource.Type.CLUSTER)
            .putAllInitialResourceVersions(Map.of("a", A.version(), "b", B.version()))
            .build());
    DeltaDiscoveryResponse greeting = only();
    assertThat(greeting.getResourcesCount()).isZero();
    assertThat(greeting.getSystemVersionInfo()).isEqualTo("1");
  }

  @Test
  void beforeInstancesHadTimeToComeBackNothingIsTakenFromWhoHadIt() {
    bench.publish(unsettled("1", A));
    bench.stream.request(
        request(Resource.Type.ENDPOINTS)
            .addResourceNamesSubscribe("a")
            .addResourceNamesSubscribe("b")
            .addResourceNamesSubscribe("c")
            .putAllInitialResourceVersions(Map.of("a", "old", "b", "old"))
            .build());
    DeltaDiscoveryResponse first = only();
    assertThat(first.getResourcesCount()).isZero();
    assertThat(first.getRemovedResourcesList()).as("c it never had").containsExactly("c");
    ack(first);
    bench.publish(unsettled("2", A, Served.endpoints("a", 9), Served.endpoints("c", 3)));
    DeltaDiscoveryResponse fresh = only();
    assertThat(names(fresh)).containsExactly("c");
    ack(fresh);
    bench.loop.advance(Duration.ofSeconds(8));
    assertThat(bench.sent).isEmpty();
    bench.publish(config("3", A, Served.endpoints("a", 9), Served.endpoints("c", 3)));
    List<DeltaDiscoveryResponse> settled = drain();
    assertThat(names(settled.get(0))).containsExactly("a");
    assertThat(settled.get(1).getRemovedResourcesList()).containsExactly("b");
  }

  @Test
  void namesMayBeAskedForBeforeTheyExistAndAgainAfterTheyWereDropped() {
    ask(Resource.Type.ENDPOINTS, "later");
    drain();
    bench.publish(config("2", Served.endpoints("later", 5)));
    DeltaDiscoveryResponse push = only();
    assertThat(names(push)).containsExactly("later");
    ack(push);
    bench.stream.request(
        request(Resource.Type.ENDPOINTS).addResourceNamesUnsubscribe("later").build());
    bench.publish(config("3", Served.endpoints("later", 6)));
    assertThat(bench.sent).isEmpty();
    ask(Resource.Type.ENDPOINTS, "later");
    assertThat(names(only())).containsExactly("later");
  }

  @Test
  void theWildcardCanBeTakenBackWhileNamesStay() {
    ask(Resource.Type.CLUSTER, "*", "a");
    drain();
    bench.stream.request(request(Resource.Type.CLUSTER).addResourceNamesUnsubscribe("*").build());
    bench.publish(config("2", Served.cluster("a", "x"), Served.cluster("b", "x")));
    assertThat(names(only())).containsExactly("a");
  }

  @Test
  void aRefusalIsRecordedAndNotAnsweredWithTheSameAgain() {
    ask(Resource.Type.CLUSTER);
    DeltaDiscoveryResponse push = only();
    bench.stream.request(
        request(Resource.Type.CLUSTER)
            .setResponseNonce(push.getNonce())
            .setErrorDetail(Status.newBuilder().setCode(3).setMessage("a: no good"))
            .build());
    assertThat(bench.sent).isEmpty();
    NodeStatus.OfType status = status(Resource.Type.CLUSTER);
    assertThat(status.rejection()).isEqualTo("a: no good");
    assertThat(status.acceptedRevision()).isEmpty();
    bench.publish(config("2", Served.cluster("a", "good"), B));
    ack(only());
    assertThat(status(Resource.Type.CLUSTER))
        .isEqualTo(new NodeStatus.OfType(2, "2", "2", "", false));
  }

  private NodeStatus.OfType status(Resource.Type type) {
    NodeStatus.OfType status = bench.stream.status().get(type);
    assertThat(status).isNotNull();
    return status;
  }

  @Test
  void anEnvoyThatGetsAClusterAgainGetsItsEndpointsAgain() {
    Node envoy = Node.newBuilder().setId("e").setUserAgentName("envoy").build();
    bench.stream.request(request(Resource.Type.CLUSTER).setNode(envoy).build());
    ask(Resource.Type.ENDPOINTS);
    bench.stream.request(
        request(Resource.Type.ENDPOINTS).setNode(envoy).addResourceNamesSubscribe("a").build());
    drain();
    bench.publish(config("2", Served.cluster("a", "other"), B, A_ENDPOINTS, B_ENDPOINTS));
    assertThat(bench.take())
        .extracting(DeltaStreamTest::names)
        .containsExactly(List.of("a"), List.of("a"));
  }

  @Test
  void manyResourcesComeInPartsAndAChangeOfOneCostsOne() {
    List<ServedResource> many = new ArrayList<>();
    String filling = "x".repeat(1_000);
    for (int i = 0; i < 10_000; i++) {
      many.add(Served.cluster("c" + i, filling));
    }
    bench.publish(new ServedConfig("1", true, many));
    ask(Resource.Type.CLUSTER);
    List<DeltaDiscoveryResponse> all = drain();
    assertThat(all).hasSizeBetween(5, 7);
    Set<String> seen = new HashSet<>();
    all.forEach(response -> seen.addAll(names(response)));
    assertThat(seen).hasSize(10_000);
    many.set(77, Served.cluster("c77", "other"));
    bench.publish(new ServedConfig("2", true, many));
    assertThat(names(only())).containsExactly("c77");
  }

  @Test
  void nodesAreIntroducedOnceAndAgainWhenTheyChange() {
    Struct metadata =
        Struct.newBuilder()
            .putFields("INMESH", Value.newBuilder().setStringValue("1").build())
            .build();
    Node node = Node.newBuilder().setId("n").setMetadata(metadata).build();
    bench.stream.request(request(Resource.Type.CLUSTER).setNode(node).build());
    bench.stream.request(request(Resource.Type.ENDPOINTS).setNode(node).build());
    assertThat(bench.introduced).hasSize(1);
    assertThat(bench.introduced.get(0).kind()).isEqualTo(NodeKind.INMESH);
    Node changed = node.toBuilder().setCluster("draining").build();
    bench.stream.request(request(Resource.Type.ENDPOINTS).setNode(changed).build());
    assertThat(bench.introduced).hasSize(2);
    bench.stream.closed();
    assertThat(bench.closed).isTrue();
  }

  @Test
  void anUnknownTypeIsPassedOver() {
    bench.stream.request(
        DeltaDiscoveryRequest.newBuilder()
            .setNode(Node.newBuilder().setId("n"))
            .setTypeUrl("type.googleapis.com/x.Y")
            .build());
    assertThat(bench.sent).isEmpty();
  }
}
