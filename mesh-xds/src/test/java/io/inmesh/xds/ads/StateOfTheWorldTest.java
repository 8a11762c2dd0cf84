package io.inmesh.xds.ads;

import static io.inmesh.xds.ads.Bench.cluster;
import static io.inmesh.xds.ads.Bench.endpoints;
import static io.inmesh.xds.ads.Bench.listener;
import static io.inmesh.xds.ads.Bench.routes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane.Rejection;
import io.inmesh.proto.envoy.config.core.v3.TypedExtensionConfig;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryResponse;
import io.inmesh.proto.envoy.service.discovery.v3.ResourceError;
import io.inmesh.proto.envoy.service.discovery.v3.ResourceName;
import io.inmesh.proto.google.rpc.Status;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StateOfTheWorldTest {
  private final Bench<DiscoveryRequest, DiscoveryResponse> bench =
      new Bench<>(StateOfTheWorld::new, 1, ResourceMemory.NONE);

  private static DiscoveryResponse response(Resource.Type type, String version, Any... resources) {
    return DiscoveryResponse.newBuilder()
        .setTypeUrl(type.url())
        .setVersionInfo(version)
        .setNonce("nonce-" + version)
        .addAllResources(List.of(resources))
        .build();
  }

  private DiscoveryRequest onlyRequest() {
    List<DiscoveryRequest> sent = bench.stream().take();
    assertThat(sent).hasSize(1);
    return sent.get(0);
  }

  @Test
  void theFirstRequestCarriesTheNodeAndTypesAreAskedInOrderOfDependence() {
    bench.want(routes("r"), listener("l"), endpoints("e"), cluster("*"));
    assertThat(bench.stream().sent).as("nothing before there is a connection").isEmpty();
    List<DiscoveryRequest> sent = bench.ready().take();
    assertThat(sent)
        .extracting(DiscoveryRequest::getTypeUrl)
        .containsExactly(
            Resource.Type.CLUSTER.url(),
            Resource.Type.ENDPOINTS.url(),
            Resource.Type.LISTENER.url(),
            Resource.Type.ROUTES.url());
    assertThat(sent.get(0).getNode().getId()).isEqualTo("node-1");
    assertThat(sent.get(0).getNode().getMetadata().getFieldsMap()).containsKey("INMESH");
    assertThat(sent.get(0).getResourceNamesList()).as("the older form of the wildcard").isEmpty();
    assertThat(sent.get(1).hasNode()).isFalse();
    assertThat(sent.get(1).getResourceNamesList()).containsExactly("e");
    assertThat(sent.get(1).getVersionInfo()).isEmpty();
  }

  @Test
  void aResponseIsDeliveredAndAcknowledgedTogetherWithWhatItMadeNecessary() {
    bench.want(listener("a:80"));
    bench.ready().take();
    bench.events.onChange = () -> bench.session.want(Bench.set(listener("a:80"), routes("r")));
    bench.respond(response(Resource.Type.LISTENER, "1", Resources.listener("a:80")));
    assertThat(bench.events.state.get(listener("a:80"))).isPresent();
    assertThat(bench.events.revision()).isEqualTo("1");
    List<DiscoveryRequest> sent = bench.stream().take();
    assertThat(sent).hasSize(2);
    assertThat(sent.get(0).getTypeUrl()).isEqualTo(Resource.Type.LISTENER.url());
    assertThat(sent.get(0).getVersionInfo()).isEqualTo("1");
    assertThat(sent.get(0).getResponseNonce()).isEqualTo("nonce-1");
    assertThat(sent.get(0).hasErrorDetail()).isFalse();
    assertThat(sent.get(1).getResourceNamesList()).containsExactly("r");
    assertThat(bench.stream().requested).isEqualTo(2);
  }

  @Test
  void goodResourcesOfAResponseAreUsedAndBadOnesNamedInTheAnswer() {
    bench.want(cluster("*"));
    bench.ready();
    bench.respond(
        response(Resource.Type.CLUSTER, "1", Resources.cluster("a"), Resources.cluster("b")));
    Resource oldB = bench.events.state.get(cluster("b")).orElseThrow();
    bench.stream().take();
    bench.respond(
        response(
            Resource.Type.CLUSTER,
            "2",
            Resources.cluster("a", "new"),
            Resources.cluster("b", "bad")));
    DiscoveryRequest answer = onlyRequest();
    assertThat(answer.getVersionInfo()).as("the last that was accepted whole").isEqualTo("1");
    assertThat(answer.getResponseNonce()).isEqualTo("nonce-2");
    assertThat(answer.getErrorDetail().getCode()).isEqualTo(3);
    assertThat(answer.getErrorDetail().getMessage())
        .contains("envoy.config.cluster.v3.Cluster", "b", "alt_stat_name: must not be bad");
    assertThat(bench.events.rejections)
        .containsExactly(
            new Rejection(Resource.Type.CLUSTER, "b", "alt_stat_name: must not be bad"));
    assertThat(bench.events.last()).containsOnlyKeys(cluster("a"));
    assertThat(bench.events.state.get(cluster("b"))).containsSame(oldB);

    bench.respond(response(Resource.Type.CLUSTER, "3", Resources.cluster("a", "new")));
    assertThat(onlyRequest().getVersionInfo()).isEqualTo("3");
    assertThat(bench.events.state.get(cluster("b"))).isEmpty();
  }

  @Test
  void aResourceWithoutReadableNameHoldsRemovalsBack() {
    bench.want(cluster("*"));
    bench.ready();
    bench.respond(response(Resource.Type.CLUSTER, "1", Resources.cluster("a")));
    bench.respond(response(Resource.Type.CLUSTER, "2", Resources.cluster("?", "nameless")));
    assertThat(bench.events.state.get(cluster("a"))).isPresent();
    assertThat(bench.events.rejections)
        .containsExactly(new Rejection(Resource.Type.CLUSTER, "", "nothing can be read"));
  }

  @Test
  void aDecoderThatThrowsRefusesOneResourceOnly() {
    bench.want(cluster("*"));
    bench.ready().take();
    bench.respond(
        response(
            Resource.Type.CLUSTER, "1", Resources.cluster("x", "broken"), Resources.cluster("y")));
    assertThat(bench.events.state).containsOnlyKeys(cluster("y"));
    assertThat(onlyRequest().getErrorDetail().getMessage()).contains("a defect");
  }

  @Test
  void unchangedResourcesStayTheSameObjectAndAreNotDecodedAgain() {
    bench.want(cluster("*"));
    bench.ready();
    bench.respond(
        response(Resource.Type.CLUSTER, "1", Resources.cluster("a"), Resources.cluster("b")));
    int before = bench.decoder.decoded;
    bench.respond(
        response(Resource.Type.CLUSTER, "2", Resources.cluster("a"), Resources.cluster("b", "x")));
    assertThat(bench.decoder.decoded).isEqualTo(before + 1);
    assertThat(bench.events.last()).containsOnlyKeys(cluster("b"));
    bench.respond(
        response(Resource.Type.CLUSTER, "3", Resources.cluster("a"), Resources.cluster("b", "x")));
    assertThat(bench.events.updates).as("nothing new: no event").hasSize(2);
  }

  @Test
  void absenceRemovesListenersAndClustersButNotRoutesAndEndpoints() {
    bench.want(cluster("a"), cluster("b"), endpoints("a"), endpoints("b"));
    bench.ready();
    bench.respond(
        response(Resource.Type.CLUSTER, "1", Resources.cluster("a"), Resources.cluster("b")));
    bench.respond(
        response(
            Resource.Type.ENDPOINTS,
            "1",
            Resources.endpoints("a", 1),
            Resources.endpoints("b", 2)));
    bench.respond(response(Resource.Type.CLUSTER, "2", Resources.cluster("a")));
    bench.respond(response(Resource.Type.ENDPOINTS, "2", Resources.endpoints("a", 3)));
    assertThat(bench.events.state.get(cluster("b"))).isEmpty();
    assertThat(bench.events.state.get(endpoints("b"))).isPresent();
  }

  @Test
  void aNamedListenerThatTheAnswerLeavesOutDoesNotExist() {
    bench.want(listener("here"), listener("nowhere"));
    bench.ready();
    bench.respond(response(Resource.Type.LISTENER, "1", Resources.listener("here")));
    assertThat(bench.events.state.get(listener("nowhere"))).isEmpty();
    bench.respond(response(Resource.Type.LISTENER, "2", Resources.listener("here")));
    assertThat(bench.events.updates).as("said once").hasSize(1);
    bench.respond(
        response(
            Resource.Type.LISTENER,
            "3",
            Resources.listener("here"),
            Resources.listener("nowhere")));
    assertThat(bench.events.state.get(listener("nowhere"))).isPresent();
  }

  @Test
  void namesNeverAnsweredDoNotExistAfterFifteenSecondsOfAStream() {
    bench.want(endpoints("a"), endpoints("b"));
    bench.advance(java.time.Duration.ofSeconds(60));
    assertThat(bench.events.updates).as("without a stream nobody was asked").isEmpty();
    bench.ready();
    bench.respond(response(Resource.Type.ENDPOINTS, "1", Resources.endpoints("a", 1)));
    bench.advance(java.time.Duration.ofMillis(14_999));
    assertThat(bench.events.updates).hasSize(1);
    bench.advance(java.time.Duration.ofMillis(2));
    assertThat(bench.events.last()).containsExactly(Map.entry(endpoints("b"), Optional.empty()));
    bench.respond(response(Resource.Type.ENDPOINTS, "2", Resources.endpoints("b", 2)));
    assertThat(bench.events.state.get(endpoints("b"))).isPresent();
  }

  @Test
  void aNameThatWasAnsweredBadlyDoesNotCountAsUnknown() {
    bench.want(endpoints("x"), cluster("a"));
    bench.ready();
    bench.respond(response(Resource.Type.CLUSTER, "1", Resources.cluster("a", "bad")));
    bench.want(endpoints("x"), endpoints("y"), cluster("a"));
    bench.advance(java.time.Duration.ofSeconds(40));
    assertThat(bench.events.state).containsOnlyKeys(endpoints("x"), endpoints("y"));
  }

  @Test
  void settingsOfAFilterThatWereNeverGoodAreDoneWithout() {
    var name = new Resource.Key(Resource.Type.EXTENSION, "f");
    var good = TypedExtensionConfig.newBuilder().setName("f").setTypedConfig(Any.newBuilder());
    var bad = TypedExtensionConfig.newBuilder().setName("f");
    bench.want(name);
    bench.ready();
    bench.respond(response(Resource.Type.EXTENSION, "1", packed(bad)));
    assertThat(bench.events.state.get(name)).as("its default is due").isEmpty();
    assertThat(bench.events.rejections).hasSize(1);
    bench.respond(response(Resource.Type.EXTENSION, "2", packed(good)));
    assertThat(bench.events.state.get(name)).isPresent();
    bench.respond(response(Resource.Type.EXTENSION, "3", packed(bad)));
    assertThat(bench.events.state.get(name)).as("the last good form serves").isPresent();
  }

  private static Any packed(TypedExtensionConfig.Builder config) {
    return Any.newBuilder()
        .setTypeUrl(Resource.Type.EXTENSION.url())
        .setValue(config.build().toByteString())
        .build();
  }

  @Test
  void wantedNamesMayChangeAtAnyTimeAndForgottenOnesAreDeliveredAgain() {
    bench.want(endpoints("a"));
    bench.ready().take();
    bench.respond(response(Resource.Type.ENDPOINTS, "1", Resources.endpoints("a", 1)));
    bench.stream().take();
    bench.session.want(Bench.set(endpoints("b")));
    bench.session.want(Bench.set(endpoints("b"), endpoints("c")));
    bench.loop.runTasks();
    assertThat(onlyRequest().getResourceNamesList()).containsExactlyInAnyOrder("b", "c");
    bench.respond(response(Resource.Type.ENDPOINTS, "2", Resources.endpoints("a", 1)));
    assertThat(bench.events.updates).as("not wanted: passed over").hasSize(1);
    bench.stream().take();
    bench.want(endpoints("a"));
    assertThat(onlyRequest().getVersionInfo())
        .as("a plane that compares versions would think that we have it")
        .isEmpty();
    bench.respond(response(Resource.Type.ENDPOINTS, "3", Resources.endpoints("a", 1)));
    assertThat(bench.events.last()).containsOnlyKeys(endpoints("a"));
  }

  @Test
  void namesOnTheirWayOutAreNotAskedForWhileTheirSuccessorsAreAwaited() {
    bench.want(cluster("old"), listener("l"));
    bench.ready();
    bench.respond(response(Resource.Type.LISTENER, "1", Resources.listener("l")));
    bench.respond(response(Resource.Type.CLUSTER, "1", Resources.cluster("old")));
    bench.stream().take();
    bench.session.want(
        Bench.set(cluster("old"), cluster("new"), listener("l")), Bench.set(cluster("old")));
    bench.loop.runTasks();
    assertThat(onlyRequest().getResourceNamesList()).containsExactly("new");
    bench.respond(response(Resource.Type.CLUSTER, "2", Resources.cluster("new")));
    assertThat(bench.events.state.get(cluster("old")))
        .as("it was not asked for, so nothing was said of it")
        .isPresent();
    assertThat(onlyRequest().getResourceNamesList()).containsExactlyInAnyOrder("old", "new");
    bench.respond(response(Resource.Type.CLUSTER, "3", Resources.cluster("new")));
    assertThat(bench.events.state.get(cluster("old"))).as("now it is gone").isEmpty();
  }

  @Test
  void wantingTheSameAgainSendsNothing() {
    bench.want(endpoints("a"), cluster("*"));
    bench.ready().take();
    bench.want(cluster("*"), endpoints("a"));
    assertThat(bench.stream().sent).isEmpty();
  }

  @Test
  void namesBesideTheWildcardKeepTheWildcardExplicit() {
    bench.want(cluster("*"));
    bench.ready().take();
    bench.want(cluster("*"), cluster("extra"));
    assertThat(onlyRequest().getResourceNamesList()).containsExactlyInAnyOrder("*", "extra");
    bench.want(cluster("*"));
    assertThat(onlyRequest().getResourceNamesList()).containsExactly("*");
  }

  @Test
  void anEmptyVersionIsTolerated() {
    bench.want(cluster("*"));
    bench.ready().take();
    bench.respond(response(Resource.Type.CLUSTER, "", Resources.cluster("a")));
    DiscoveryRequest answer = onlyRequest();
    assertThat(answer.getVersionInfo()).isEmpty();
    assertThat(answer.getResponseNonce()).isEqualTo("nonce-");
    assertThat(answer.hasErrorDetail()).isFalse();
    assertThat(bench.events.state).containsOnlyKeys(cluster("a"));
  }

  @Test
  void wrappedResourcesAreUnwrappedAndDieWhenTheirTimeIsUp() {
    bench.want(endpoints("a"));
    bench.ready();
    bench.respond(
        response(Resource.Type.ENDPOINTS, "1", wrapped("a", Resources.endpoints("a", 1), 5)));
    assertThat(bench.events.state.get(endpoints("a"))).isPresent();
    bench.advance(java.time.Duration.ofSeconds(4));
    bench.respond(response(Resource.Type.ENDPOINTS, "2", wrapped("a", null, 5)));
    bench.advance(java.time.Duration.ofSeconds(4));
    assertThat(bench.events.updates).as("the heartbeat prolonged it").hasSize(1);
    bench.advance(java.time.Duration.ofSeconds(2));
    assertThat(bench.events.last()).containsExactly(Map.entry(endpoints("a"), Optional.empty()));
  }

  private static Any wrapped(
      String name, @org.jspecify.annotations.Nullable Any resource, int ttlSeconds) {
    var wrapper =
        io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
            .setName(name)
            .setVersion("v")
            .setTtl(Duration.newBuilder().setSeconds(ttlSeconds));
    if (resource != null) {
      wrapper.setResource(resource);
    }
    return Any.newBuilder()
        .setTypeUrl("type.googleapis.com/envoy.service.discovery.v3.Resource")
        .setValue(wrapper.build().toByteString())
        .build();
  }

  @Test
  void aResourceOfAnotherTypeIsRefused() {
    bench.want(cluster("*"));
    bench.ready().take();
    bench.respond(response(Resource.Type.CLUSTER, "1", Resources.listener("l")));
    assertThat(onlyRequest().getErrorDetail().getMessage())
        .contains("a nameless resource", Resource.Type.LISTENER.url());
  }

  @Test
  void twoResourcesOfOneNameAreRefused() {
    bench.want(cluster("*"));
    bench.ready().take();
    bench.respond(
        response(
            Resource.Type.CLUSTER, "1", Resources.cluster("a"), Resources.cluster("a", "other")));
    assertThat(onlyRequest().getErrorDetail().getMessage()).contains("a: it occurs twice");
  }

  @Test
  void unsupportedFieldsAreToldOnceAndTakenBack() {
    bench.want(cluster("*"));
    bench.ready();
    bench.respond(response(Resource.Type.CLUSTER, "1", Resources.cluster("a", "odd")));
    assertThat(bench.events.unsupported)
        .containsExactly(Map.entry(cluster("a"), List.of("alt_stat_name")));
    bench.events.unsupported.clear();
    bench.respond(response(Resource.Type.CLUSTER, "2", Resources.cluster("a", "odd")));
    assertThat(bench.events.unsupported).isEmpty();
    bench.respond(response(Resource.Type.CLUSTER, "3", Resources.cluster("a")));
    assertThat(bench.events.unsupported).containsExactly(Map.entry(cluster("a"), List.of()));
  }

  @Test
  void aResponseOfAnUnknownTypeIsPassedOverAndTheStreamGoesOn() {
    bench.want(cluster("*"));
    bench.ready().take();
    bench.respond(DiscoveryResponse.newBuilder().setTypeUrl("type.googleapis.com/x.Y").build());
    assertThat(bench.stream().sent).isEmpty();
    assertThat(bench.stream().requested).isEqualTo(2);
  }

  @Test
  void whatThePlaneSaysIsWrongOnItsSideIsToldAndNotRefused() {
    bench.want(endpoints("a"), endpoints("b"));
    bench.ready().take();
    DiscoveryResponse response =
        response(Resource.Type.ENDPOINTS, "1").toBuilder()
            .addResourceErrors(error("a", 5, "no such cluster"))
            .addResourceErrors(error("b", 7, "not for you"))
            .build();
    bench.respond(response);
    assertThat(onlyRequest().hasErrorDetail()).isFalse();
    assertThat(bench.events.state).containsExactly(Map.entry(endpoints("a"), Optional.empty()));
    assertThat(bench.events.rejections)
        .containsExactly(
            new Rejection(Resource.Type.ENDPOINTS, "b", "the plane says: not for you"));
  }

  private static ResourceError error(String name, int code, String message) {
    return ResourceError.newBuilder()
        .setResourceName(ResourceName.newBuilder().setName(name))
        .setErrorDetail(Status.newBuilder().setCode(code).setMessage(message))
        .build();
  }

  @Test
  void aChangedNodeIsSentAtOnce() {
    bench.want(cluster("*"));
    bench.ready();
    bench.respond(response(Resource.Type.CLUSTER, "1", Resources.cluster("a")));
    bench.stream().take();
    bench.session.node(new Node("node-1", "web", Locality.NONE, Map.of("draining", true)));
    bench.loop.runTasks();
    DiscoveryRequest goodbye = onlyRequest();
    assertThat(goodbye.getNode().getMetadata().getFieldsOrThrow("draining").getBoolValue())
        .isTrue();
    assertThat(goodbye.getResponseNonce()).as("a repeated ACK").isEqualTo("nonce-1");
  }

  @Test
  void whoWantsNothingStillIntroducesItself() {
    DiscoveryRequest hello = bench.ready().take().get(0);
    assertThat(hello.getNode().getId()).isEqualTo("node-1");
    assertThat(hello.getTypeUrl()).isEqualTo(Resource.Type.ENDPOINTS.url());
    assertThat(hello.getResourceNamesList()).isEmpty();
  }

  @Test
  void afterAReconnectTheVersionIsRepeatedAndTheNonceIsNot() {
    bench.want(cluster("*"));
    bench.ready();
    bench.respond(response(Resource.Type.CLUSTER, "7", Resources.cluster("a")));
    bench.fail("gone");
    bench.advance(java.time.Duration.ofSeconds(1));
    assertThat(bench.streams).hasSize(2);
    DiscoveryRequest again = bench.ready().take().get(0);
    assertThat(again.getVersionInfo()).isEqualTo("7");
    assertThat(again.getResponseNonce()).isEmpty();
    assertThat(again.getNode().getId()).isEqualTo("node-1");
    bench.respond(response(Resource.Type.CLUSTER, "8"));
    assertThat(bench.events.state.get(cluster("a"))).isEmpty();
  }
}
