package io.inmesh.controlplane.ads;

import static io.inmesh.controlplane.ads.StreamBench.config;
import static io.inmesh.controlplane.ads.StreamBench.unsettled;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster;
import io.inmesh.proto.envoy.config.core.v3.Node;
import io.inmesh.proto.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryResponse;
import io.inmesh.proto.google.rpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StateOfTheWorldStreamTest {
  private static final ServedResource A = Served.cluster("a", "");
  private static final ServedResource B = Served.cluster("b", "");
  private static final ServedResource A_ENDPOINTS = Served.endpoints("a", 1);
  private static final ServedResource B_ENDPOINTS = Served.endpoints("b", 2);

  private final StreamBench<DiscoveryRequest, DiscoveryResponse> bench =
      new StreamBench<>(new StateOfTheWorldDialect(), config("1", A, B, A_ENDPOINTS, B_ENDPOINTS));

  private void ask(Resource.Type type, String nonce, String... names) {
    bench.stream.request(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(type.url())
            .setNode(Node.newBuilder().setId("n"))
            .setResponseNonce(nonce)
            .addAllResourceNames(List.of(names))
            .build());
  }

  private DiscoveryResponse only() {
    List<DiscoveryResponse> sent = bench.take();
    assertThat(sent).hasSize(1);
    return sent.get(0);
  }

  private static List<String> names(DiscoveryResponse response) {
    List<String> names = new ArrayList<>();
    try {
      for (Any any : response.getResourcesList()) {
        names.add(
            any.getTypeUrl().equals(Resource.Type.CLUSTER.url())
                ? Cluster.parseFrom(any.getValue()).getName()
                : ClusterLoadAssignment.parseFrom(any.getValue()).getClusterName());
      }
    } catch (InvalidProtocolBufferException malformed) {
      throw new AssertionError(malformed);
    }
    return names;
  }

  @Test
  void clustersComeWholeAndEndpointsAsTheyChange() {
    ask(Resource.Type.CLUSTER, "");
    DiscoveryResponse clusters = only();
    assertThat(names(clusters)).containsExactly("a", "b");
    assertThat(clusters.getVersionInfo()).isEqualTo("1");
    ask(Resource.Type.CLUSTER, clusters.getNonce());
    ask(Resource.Type.ENDPOINTS, "", "a", "b");
    DiscoveryResponse endpoints = only();
    assertThat(names(endpoints)).containsExactlyInAnyOrder("a", "b");
    ask(Resource.Type.ENDPOINTS, endpoints.getNonce(), "a", "b");
    assertThat(bench.sent).isEmpty();

    bench.publish(config("2", A, B, A_ENDPOINTS, Served.endpoints("b", 3)));
    DiscoveryResponse changed = only();
    assertThat(changed.getTypeUrl()).isEqualTo(Resource.Type.ENDPOINTS.url());
    assertThat(names(changed)).containsExactly("b");
    ask(Resource.Type.ENDPOINTS, changed.getNonce(), "a", "b");

    bench.publish(config("3", A, Served.cluster("b", "x"), A_ENDPOINTS, Served.endpoints("b", 3)));
    assertThat(names(only())).containsExactly("a", "b");
  }

  @Test
  void aStaleNonceIsIgnored() {
    ask(Resource.Type.ENDPOINTS, "", "a");
    DiscoveryResponse first = only();
    ask(Resource.Type.ENDPOINTS, "", "a", "b");
    assertThat(bench.sent).as("sent before the client saw our response").isEmpty();
    ask(Resource.Type.ENDPOINTS, first.getNonce(), "a", "b");
    assertThat(names(only())).containsExactly("b");
  }

  @Test
  void namesMayGrowBeforeTheFirstResponse() {
    bench.ready = false;
    ask(Resource.Type.ENDPOINTS, "", "a");
    ask(Resource.Type.ENDPOINTS, "", "a", "b");
    bench.ready = true;
    bench.stream.ready();
    assertThat(names(only())).containsExactly("a", "b");
  }

  @Test
  void namedClustersThatDoNotExistAreLeftOutOfAnAnswer() {
    ask(Resource.Type.CLUSTER, "", "nowhere");
    DiscoveryResponse answer = only();
    assertThat(answer.getResourcesCount()).isZero();
    ask(Resource.Type.CLUSTER, answer.getNonce(), "nowhere", "a");
    DiscoveryResponse more = only();
    assertThat(names(more)).containsExactly("a");
    ask(Resource.Type.CLUSTER, more.getNonce());
    bench.publish(config("2", Served.cluster("a", "x")));
    assertThat(bench.sent).as("no names after names means none").isEmpty();
  }

  @Test
  void removalsComeAfterTheRoutesThatNeededThem() {
    bench.publish(config("1", A, A_ENDPOINTS, Served.routes("r", false)));
    ask(Resource.Type.CLUSTER, "");
    ask(Resource.Type.CLUSTER, only().getNonce());
    ask(Resource.Type.ENDPOINTS, "", "a");
    ask(Resource.Type.ENDPOINTS, only().getNonce(), "a");
    ask(Resource.Type.ROUTES, "", "r");
    ask(Resource.Type.ROUTES, only().getNonce(), "r");
    bench.loop.advance(Duration.ofSeconds(5));
    bench.publish(config("2", B, B_ENDPOINTS, Served.routes("r", true)));
    DiscoveryResponse both = only();
    assertThat(names(both)).containsExactly("b", "a");
    ask(Resource.Type.CLUSTER, both.getNonce());
    ask(Resource.Type.ENDPOINTS, bench.stream.feed(Resource.Type.ENDPOINTS).nonce, "a", "b");
    DiscoveryResponse endpoints = only();
    assertThat(names(endpoints)).containsExactly("b");
    ask(Resource.Type.ENDPOINTS, endpoints.getNonce(), "a", "b");
    DiscoveryResponse routes = only();
    assertThat(routes.getTypeUrl()).isEqualTo(Resource.Type.ROUTES.url());
    ask(Resource.Type.ROUTES, routes.getNonce(), "r");
    DiscoveryResponse last = only();
    assertThat(last.getTypeUrl()).isEqualTo(Resource.Type.CLUSTER.url());
    assertThat(names(last)).containsExactly("b");
  }

  @Test
  void whoComesBackWithAVersionIsStillTold() {
    bench.stream.request(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(Resource.Type.CLUSTER.url())
            .setVersionInfo("1")
            .build());
    assertThat(names(only())).as("the same number may mean another config").hasSize(2);
  }

  @Test
  void beforeInstancesHadTimeToComeBackNothingIsTakenFromWhoHadIt() {
    bench.publish(unsettled("1", A));
    for (Resource.Type type : List.of(Resource.Type.CLUSTER, Resource.Type.ENDPOINTS)) {
      DiscoveryRequest.Builder request =
          DiscoveryRequest.newBuilder().setTypeUrl(type.url()).setVersionInfo("9");
      if (type == Resource.Type.ENDPOINTS) {
        request.addResourceNames("a");
      }
      bench.stream.request(request.build());
    }
    bench.loop.advance(Duration.ofSeconds(8));
    assertThat(bench.sent).isEmpty();
    bench.publish(config("2", A, B, A_ENDPOINTS));
    assertThat(bench.take())
        .extracting(StateOfTheWorldStreamTest::names)
        .containsExactly(List.of("a", "b"), List.of("a"));
  }

  @Test
  void aRefusalIsRecordedAndNotAnsweredWithTheSameAgain() {
    ask(Resource.Type.CLUSTER, "");
    bench.stream.request(
        DiscoveryRequest.newBuilder()
            .setTypeUrl(Resource.Type.CLUSTER.url())
            .setResponseNonce(only().getNonce())
            .setErrorDetail(Status.newBuilder().setCode(3).setMessage("a: no good"))
            .build());
    assertThat(bench.sent).isEmpty();
    NodeStatus.OfType status = bench.stream.status().get(Resource.Type.CLUSTER);
    assertThat(status).isEqualTo(new NodeStatus.OfType(2, "1", "", "a: no good", false));
  }
}
