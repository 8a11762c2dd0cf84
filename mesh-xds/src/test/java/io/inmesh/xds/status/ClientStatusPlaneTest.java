package io.inmesh.xds.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.inmesh.config.Address;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.config.Secret;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneContext;
import io.inmesh.proto.envoy.admin.v3.ClientResourceStatus;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster;
import io.inmesh.proto.envoy.service.status.v3.ClientConfig.GenericXdsConfig;
import io.inmesh.proto.envoy.service.status.v3.ClientStatusRequest;
import io.inmesh.proto.envoy.service.status.v3.ClientStatusResponse;
import io.inmesh.proto.envoy.type.matcher.v3.NodeMatcher;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakePlane;
import io.inmesh.testkit.pki.TestPki;
import io.inmesh.testkit.pki.TestSecrets;
import io.inmesh.testkit.plane.PlaneEvents;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an operator's tool sees over a real connection. */
class ClientStatusPlaneTest {
  private static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z");
  private static final Resource.Key CLUSTER = Configs.key(Resource.Type.CLUSTER, "c");
  private static final Resource.Key MISSING = Configs.key(Resource.Type.CLUSTER, "missing");
  private static final Resource.Key SECRET = Configs.key(Resource.Type.SECRET, "default");

  private final ThreadLoop loop = new ThreadLoop(Thread::new, System::nanoTime, 1);
  private final FakePlane fake = new FakePlane();
  private final ClientStatusPlane plane =
      ClientStatusPlane.start(fake, new Address("127.0.0.1", 0), InstantSource.fixed(NOW));
  private final ManagedChannel channel =
      NettyChannelBuilder.forAddress("127.0.0.1", plane.port()).usePlaintext().build();

  private ConfigPlane.Session session;

  @AfterEach
  void close() throws Exception {
    if (session != null) {
      onLoop(session::close);
    }
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    loop.close();
  }

  private void onLoop(Runnable action) throws Exception {
    CompletableFuture.runAsync(action, loop).get(10, TimeUnit.SECONDS);
  }

  private void open() throws Exception {
    onLoop(
        () -> {
          session =
              plane.open(
                  new PlaneContext(
                      new Node("node-7", "web", Locality.NONE, Map.of()),
                      loop,
                      new TestSecrets(),
                      new PlaneEvents(loop)));
          session.want(Set.of(CLUSTER, MISSING, SECRET));
          fake.put(Configs.cluster("c"));
        });
  }

  private ClientStatusResponse fetch(ClientStatusRequest request) {
    return ClientCalls.blockingUnaryCall(
        channel, ClientStatusPlane.FETCH, CallOptions.DEFAULT, request);
  }

  private GenericXdsConfig of(Resource.Key key) {
    return of(key, fetch(ClientStatusRequest.getDefaultInstance()));
  }

  private static GenericXdsConfig of(Resource.Key key, ClientStatusResponse answer) {
    return answer.getConfig(0).getGenericXdsConfigsList().stream()
        .filter(each -> each.getTypeUrl().equals(key.type().url()))
        .filter(each -> each.getName().equals(key.name()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void eachResourceHasItsState() throws Exception {
    open();
    ClientStatusResponse answer = fetch(ClientStatusRequest.getDefaultInstance());
    assertThat(answer.getConfig(0).getNode().getId()).isEqualTo("node-7");
    GenericXdsConfig cluster = of(CLUSTER, answer);
    assertThat(cluster.getClientStatus()).isEqualTo(ClientResourceStatus.ACKED);
    assertThat(cluster.getVersionInfo()).isEqualTo(fake.revision());
    assertThat(cluster.getLastUpdated().getSeconds()).isEqualTo(NOW.getEpochSecond());
    assertThat(Cluster.parseFrom(cluster.getXdsConfig().getValue()).getName()).isEqualTo("c");
    assertThat(of(MISSING, answer).getClientStatus()).isEqualTo(ClientResourceStatus.REQUESTED);

    onLoop(() -> fake.absent(MISSING));
    assertThat(of(MISSING).getClientStatus()).isEqualTo(ClientResourceStatus.DOES_NOT_EXIST);

    onLoop(() -> fake.reject(Resource.Type.CLUSTER, "c", "lb_policy: no such policy"));
    GenericXdsConfig refused = of(CLUSTER);
    assertThat(refused.getClientStatus()).isEqualTo(ClientResourceStatus.NACKED);
    assertThat(refused.getErrorState().getDetails()).isEqualTo("lb_policy: no such policy");
    assertThat(refused.hasXdsConfig()).as("the last good one serves").isTrue();

    onLoop(() -> session.want(Set.of(CLUSTER)));
    assertThat(fetch(ClientStatusRequest.getDefaultInstance()).getConfig(0))
        .satisfies(config -> assertThat(config.getGenericXdsConfigsCount()).isOne());
  }

  @Test
  void keysAreNotShownNorContentsIfTheyAreNotAskedFor() throws Exception {
    open();
    var pki = new TestPki("cluster.local");
    onLoop(
        () ->
            fake.put(
                new Secret(
                    "default",
                    Optional.of(pki.service("web")),
                    Optional.empty(),
                    Optional.empty())));
    GenericXdsConfig secret = of(SECRET);
    assertThat(secret.getClientStatus()).isEqualTo(ClientResourceStatus.ACKED);
    assertThat(secret.getXdsConfig().getValue().toStringUtf8())
        .contains("BEGIN CERTIFICATE")
        .doesNotContain("PRIVATE KEY");
    ClientStatusResponse bare =
        fetch(ClientStatusRequest.newBuilder().setExcludeResourceContents(true).build());
    assertThat(bare.getConfig(0).getGenericXdsConfigsList())
        .noneMatch(GenericXdsConfig::hasXdsConfig);
  }

  @Test
  void aStreamAnswersEachQuestion() throws Exception {
    open();
    Iterator<ClientStatusResponse> answers =
        ClientCalls.blockingServerStreamingCall(
            channel,
            ClientStatusPlane.STREAM.toBuilder()
                .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
                .build(),
            CallOptions.DEFAULT,
            ClientStatusRequest.getDefaultInstance());
    assertThat(of(CLUSTER, answers.next()).getClientStatus()).isEqualTo(ClientResourceStatus.ACKED);
    assertThat(answers.hasNext()).isFalse();
  }

  @Test
  void whatCannotBeAnsweredIsRefused() throws Exception {
    assertThatThrownBy(() -> fetch(ClientStatusRequest.getDefaultInstance()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("UNAVAILABLE");
    open();
    var matching =
        ClientStatusRequest.newBuilder()
            .addAllNodeMatchers(List.of(NodeMatcher.getDefaultInstance()))
            .build();
    assertThatThrownBy(() -> fetch(matching)).hasMessageContaining("node_matchers");
    assertThatThrownBy(
            () -> ClientStatusPlane.start(fake, new Address("0.0.0.0", 0), InstantSource.system()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("this machine only");
    var taken = new Address("127.0.0.1", plane.port());
    assertThatThrownBy(() -> ClientStatusPlane.start(fake, taken, InstantSource.system()))
        .hasMessageContaining("cannot be served at " + taken);
  }
}
