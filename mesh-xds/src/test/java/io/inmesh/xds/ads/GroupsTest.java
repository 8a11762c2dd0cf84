package io.inmesh.xds.ads;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Collection;
import io.inmesh.config.DiscoveredHost;
import io.inmesh.config.Resource;
import io.inmesh.proto.envoy.config.route.v3.VirtualHost;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryRequest;
import io.inmesh.proto.envoy.service.discovery.v3.DiscoveryResponse;
import io.inmesh.xds.codec.Decoder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Virtual hosts that are asked for by aliases, and collections. */
class GroupsTest {
  private static final Resource.Type HOST = Resource.Type.VIRTUAL_HOST;
  private static final Resource.Key ALL = host("r/*");
  private static final String GLOB = "xdstp://a/envoy.config.cluster.v3.Cluster/x/";

  private final Bench<DeltaDiscoveryRequest, DeltaDiscoveryResponse> bench =
      new Bench<>(Delta::new, 1, ResourceMemory.NONE, new Decoder().forStream());
  private int nonce;

  private static Resource.Key host(String name) {
    return new Resource.Key(HOST, name);
  }

  private static io.inmesh.proto.envoy.service.discovery.v3.Resource resource(
      String name, String domain, String... aliases) {
    var resource =
        io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
            .setName(name)
            .setVersion("v-" + domain)
            .addAllAliases(List.of(aliases));
    return domain.isEmpty()
        ? resource.clearVersion().build()
        : resource
            .setResource(
                Resources.any(
                    HOST, VirtualHost.newBuilder().setName("own").addDomains(domain).build()))
            .build();
  }

  private DeltaDiscoveryResponse.Builder response() {
    return DeltaDiscoveryResponse.newBuilder().setTypeUrl(HOST.url()).setNonce("n" + ++nonce);
  }

  private void respond(io.inmesh.proto.envoy.service.discovery.v3.Resource... resources) {
    bench.respond(response().addAllResources(List.of(resources)).build());
  }

  private Optional<Resource> known(Resource.Key key) {
    return bench.events.state.get(key);
  }

  private static Optional<Resource> group(String name, String... members) {
    return Optional.of(new Collection(HOST, name, Set.of(members)));
  }

  @Test
  void onlyAliasesAreAskedForByName() {
    bench.want(ALL);
    assertThat(bench.ready().take().get(0).getResourceNamesSubscribeList()).isEmpty();
    respond(resource("r/pushed", "p.test"));
    assertThat(known(ALL)).isEqualTo(group("r/*", "r/pushed"));
    bench.want(ALL, host("r/pushed"), host("r/a.test"));
    List<DeltaDiscoveryRequest> sent = bench.stream().take();
    assertThat(sent.get(sent.size() - 1).getResourceNamesSubscribeList())
        .containsExactly("r/a.test");
    respond(resource("r/one", "a.test", "r/a.test", "r/never-asked"));
    assertThat(known(host("r/a.test"))).isEqualTo(group("r/a.test", "r/one"));
    assertThat(known(ALL)).isEqualTo(group("r/*", "r/pushed", "r/one"));
    assertThat(((DiscoveredHost) known(host("r/one")).orElseThrow()).host().domains())
        .containsExactly("a.test");
    bench.respond(response().addRemovedResources("r/one").build());
    assertThat(known(host("r/a.test"))).isEmpty();
    assertThat(known(host("r/one"))).isEmpty();
    assertThat(known(ALL)).isEqualTo(group("r/*", "r/pushed"));
    assertThat(bench.events.rejections).isEmpty();
  }

  @Test
  void anAnswerWithoutResourceSaysThatThereIsNone() {
    bench.want(ALL, host("r/a.test"));
    bench.ready();
    respond(resource("r/a.test", "", "r/a.test"));
    assertThat(known(host("r/a.test"))).isEmpty();
    assertThat(known(ALL)).isEqualTo(group("r/*"));
    respond(resource("r/a.test", "a.test", "r/a.test"));
    assertThat(known(host("r/a.test")).orElseThrow()).isInstanceOf(DiscoveredHost.class);
    respond(resource("r/a.test", "", "r/a.test"));
    assertThat(known(host("r/a.test"))).isEmpty();
    assertThat(known(ALL)).isEqualTo(group("r/*"));
  }

  @Test
  void oneWhoseTimeIsUpIsNoMemberAnyMore() {
    bench.want(ALL, host("r/a.test"));
    bench.ready();
    var brief = resource("r/one", "a.test", "r/a.test").toBuilder();
    brief.getTtlBuilder().setSeconds(3);
    respond(brief.build());
    assertThat(known(ALL)).isEqualTo(group("r/*", "r/one"));
    bench.advance(Duration.ofSeconds(3));
    assertThat(known(ALL)).isEqualTo(group("r/*"));
    assertThat(known(host("r/a.test"))).isEmpty();
    brief.getTtlBuilder().setSeconds(Long.MAX_VALUE / 2);
    respond(brief.build());
    bench.advance(Duration.ofHours(1));
    assertThat(known(ALL)).as("very long is not at once").isEqualTo(group("r/*", "r/one"));
  }

  @Test
  void aRefusedVirtualHostIsNone() {
    bench.want(ALL, host("r/a.test"));
    bench.ready().take();
    respond(resource("r/bad", "a\u0000.test", "r/a.test"));
    assertThat(bench.stream().take().get(0).getErrorDetail().getMessage()).contains("r/bad");
    assertThat(known(host("r/a.test"))).isEmpty();
    assertThat(bench.events.rejections).hasSize(1);
  }

  @Test
  void aNewStreamAsksForTheAliasesOnlyAndTellsWhatIsHeld() {
    bench.want(ALL, host("r/a.test"));
    bench.ready();
    respond(resource("r/one", "a.test", "r/a.test"), resource("r/pushed", "p.test"));
    bench.want(ALL, host("r/a.test"), host("r/one"), host("r/pushed"));
    bench.fail("gone");
    bench.awaitStream();
    DeltaDiscoveryRequest first = bench.ready().take().get(0);
    assertThat(first.getResourceNamesSubscribeList()).containsExactly("r/a.test");
    assertThat(first.getInitialResourceVersionsMap()).containsOnlyKeys("r/one", "r/pushed");
  }

  @Test
  void whoIsNotAnsweredDoesNotWaitForEver() {
    bench.want(ALL, host("r/a.test"));
    bench.ready();
    bench.advance(Duration.ofSeconds(16));
    assertThat(known(ALL)).isEmpty();
    assertThat(known(host("r/a.test"))).isEmpty();
    respond(resource("r/one", "a.test", "r/a.test"));
    assertThat(known(ALL)).isEqualTo(group("r/*", "r/one"));
  }

  @Test
  void aCollectionHasWhatIsOneStepBelow() {
    Resource.Key glob = Bench.cluster(GLOB + "*");
    bench.want(glob);
    assertThat(bench.ready().take().get(0).getResourceNamesSubscribeList())
        .containsExactly(GLOB + "*");
    var response =
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(Resource.Type.CLUSTER.url())
            .setNonce("c1")
            .addResources(cluster(GLOB + "one"))
            .addResources(cluster(GLOB + "deeper/two"));
    bench.respond(response.build());
    assertThat(known(glob))
        .isEqualTo(
            Optional.of(new Collection(Resource.Type.CLUSTER, glob.name(), Set.of(GLOB + "one"))));
    assertThat(bench.events.state).doesNotContainKey(Bench.cluster(GLOB + "deeper/two"));
    bench.want(glob, Bench.cluster(GLOB + "one"));
    bench.respond(
        response.clearResources().addRemovedResources(GLOB + "one").setNonce("c2").build());
    assertThat(known(glob))
        .isEqualTo(Optional.of(new Collection(Resource.Type.CLUSTER, glob.name(), Set.of())));
    bench.respond(
        response
            .clear()
            .setTypeUrl(Resource.Type.CLUSTER.url())
            .setNonce("c3")
            .addRemovedResources(glob.name())
            .build());
    assertThat(known(glob).isEmpty() || ((Collection) known(glob).get()).members().isEmpty())
        .isTrue();
  }

  private static io.inmesh.proto.envoy.service.discovery.v3.Resource cluster(String name) {
    return io.inmesh.proto.envoy.service.discovery.v3.Resource.newBuilder()
        .setName(name)
        .setVersion("1")
        .setResource(Resources.cluster(name))
        .build();
  }

  @Test
  void aPlaneThatSendsTheStateOfTheWorldIsNotAsked() {
    var whole =
        new Bench<DiscoveryRequest, DiscoveryResponse>(
            StateOfTheWorld::new, 1, ResourceMemory.NONE, new Decoder().forStream());
    whole.want(ALL, host("r/a.test"), Bench.routes("r"));
    assertThat(whole.ready().take()).hasSize(1);
    assertThat(whole.events.state.get(ALL)).isEmpty();
    assertThat(whole.events.state.get(host("r/a.test"))).isEmpty();
  }
}
