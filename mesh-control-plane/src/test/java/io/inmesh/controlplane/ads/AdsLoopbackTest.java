package io.inmesh.controlplane.ads;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.SpiffeId;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.ConfigPlane.Session;
import io.inmesh.plane.PlaneContext;
import io.inmesh.state.StateDirectory;
import io.inmesh.testkit.pki.TestPki;
import io.inmesh.testkit.pki.TestSecrets;
import io.inmesh.testkit.plane.PlaneEvents;
import io.inmesh.testkit.plane.PlaneEvents.Said;
import io.inmesh.xds.ads.AdsOptions;
import io.inmesh.xds.ads.AdsOptions.Variant;
import io.inmesh.xds.ads.AdsPlane;
import io.inmesh.xds.ads.ResourceDecoder;
import io.inmesh.xds.ads.ResourceMemory;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.grpc.PlaneServer;
import io.inmesh.xds.snapshot.ResourceSnapshot;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our client and our server over sockets: connections made, refused, lost and made again. */
class AdsLoopbackTest {
  private static final Cluster A = new Cluster("a", new Cluster.Eds("a"));
  private static final EndpointSet ENDPOINTS =
      EndpointSet.of("a", List.of(new EndpointSet.Endpoint(new Address("127.0.0.1", 1001))));

  private final TestPki pki = new TestPki("cluster.local");
  private final ThreadLoop loop =
      new ThreadLoop(
          task -> {
            Thread thread = new Thread(task, "config");
            thread.setDaemon(true);
            return thread;
          },
          System::nanoTime,
          1);
  private final PlaneEvents events = new PlaneEvents(loop);
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    loop.close();
  }

  private Plane started(Plane plane) {
    open.add(plane);
    return plane;
  }

  private Session connect(AdsOptions options, SecretStore secrets, Resource.Key... wanted) {
    return connect(options, secrets, new Decoder().forStream(), wanted);
  }

  private Session connect(
      AdsOptions options, SecretStore secrets, ResourceDecoder decoder, Resource.Key... wanted) {
    return connect(
        new AdsPlane(options, decoder, ResourceMemory.NONE, InstantSource.system()),
        secrets,
        events,
        wanted);
  }

  private Session connect(
      ConfigPlane plane, SecretStore secrets, PlaneEvents events, Resource.Key... wanted) {
    Session session =
        plane.open(
            new PlaneContext(
                new Node("n-1", "web", Locality.NONE, Map.of("k", "v")), loop, secrets, events));
    loop.execute(() -> session.want(Set.of(wanted)));
    open.add(0, () -> loop.execute(session::close));
    return session;
  }

  private static PlaneServer plaintext(int port) {
    return PlaneServer.of("127.0.0.1:" + port, new PlaneServer.Plaintext());
  }

  private static PlaneServer tls(int port, X509Certificate root, boolean own, String token) {
    return PlaneServer.of(
        "localhost:" + port,
        new PlaneServer.Tls(
            List.of(root), own, token.isEmpty() ? Optional.empty() : Optional.of(() -> token)));
  }

  private Plane secured() throws Exception {
    return secured(0);
  }

  private Plane secured(int port) throws Exception {
    KeyMaterial own = pki.issue(new TestPki.Leaf().dns("localhost").ip("127.0.0.1"));
    return started(
        Plane.tls(
            port,
            own,
            pki.root(),
            credentials -> {
              if (!credentials.chain().isEmpty()) {
                return SpiffeId.of(credentials.chain().get(0));
              }
              if (credentials.bearer().equals(Optional.of("good"))) {
                return Optional.of(SpiffeId.ofServiceAccount("cluster.local", "default", "web"));
              }
              throw new StreamAuthenticator.RefusedException("no proof of identity");
            }));
  }

  private static List<NodeStatus> nodes(Plane plane) throws Exception {
    return plane.ads.nodes().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void whatCannotBeMadeForOneNodeReachesTheOthers() throws Exception {
    Plane plane = started(Plane.plaintext());
    plane.publish("1", List.of(A));
    AdsOptions options = AdsOptions.of(plaintext(plane.port()));
    connect(options, new TestSecrets(), A.key());
    events.await("the cluster", said -> A.equals(said.resource(A.key())));
    var others = new PlaneEvents(loop);
    connect(
        new AdsPlane(
            options, new Decoder().forStream(), ResourceMemory.NONE, InstantSource.system()),
        new TestSecrets(),
        others,
        A.key());
    others.await("the cluster", said -> A.equals(said.resource(A.key())));

    var moved = new Cluster("a", new Cluster.Eds("b"));
    plane.failures.set(1);
    plane.publish("2", List.of(moved));
    others.await("the change", said -> moved.equals(said.resource(A.key())));
    assertThat(events.now().resource(A.key())).isEqualTo(A);
    plane.publish("3", List.of(moved));
    events.await("the change", said -> moved.equals(said.resource(A.key())));
  }

  @Test
  void aTokenOpensAStreamAndTellsTheServerWhoItIs() throws Exception {
    Plane plane = secured();
    plane.publish("1", List.of(A));
    connect(
        AdsOptions.of(tls(plane.port(), pki.root(), false, "good")), new TestSecrets(), A.key());
    events.await("the cluster", said -> A.equals(said.resource(A.key())));
    NodeStatus status = nodes(plane).get(0);
    assertThat(status.node().identity().map(SpiffeId::uri)).contains(pki.uri("web"));
    assertThat(status.node().kind()).isEqualTo(NodeKind.INMESH);
    assertThat(status.node().node().id()).isEqualTo("n-1");
    assertThat(status.node().node().metadata()).containsEntry("k", "v");
    assertThat(status.variant()).isEqualTo("delta");
  }

  @Test
  void aWrongTokenIsRefusedWithTheServersReason() throws Exception {
    Plane plane = secured();
    connect(AdsOptions.of(tls(plane.port(), pki.root(), false, "bad")), new TestSecrets(), A.key());
    Said said = events.await("the refusal", now -> !now.statuses().isEmpty());
    assertThat(said.statuses().get(0).connected()).isFalse();
    assertThat(said.statuses().get(0).lastError())
        .contains("UNAUTHENTICATED", "no proof of identity");
    assertThat(nodes(plane)).isEmpty();
  }

  @Test
  void aServerThatOurRootsDoNotVouchForIsRefused() throws Exception {
    Plane plane = secured();
    X509Certificate other = new TestPki("elsewhere").root();
    connect(AdsOptions.of(tls(plane.port(), other, false, "good")), new TestSecrets(), A.key());
    Said said = events.await("the refusal", now -> !now.statuses().isEmpty());
    assertThat(said.statuses().get(0).lastError()).contains("UNAVAILABLE").contains("path");
  }

  @Test
  void eachConnectionTakesTheCertificateOfItsTime() throws Exception {
    Plane plane = secured();
    plane.publish("1", List.of(A));
    var secrets = new TestSecrets(pki.service("first"), pki.trust());
    connect(AdsOptions.of(tls(plane.port(), pki.root(), true, "")), secrets, A.key());
    events.await("the cluster", said -> A.equals(said.resource(A.key())));
    assertThat(nodes(plane).get(0).node().identity().map(SpiffeId::uri)).contains(pki.uri("first"));
    secrets.certificate(SecretStore.OWN_CERTIFICATE, pki.service("second"));
    plane.close();
    Plane again = secured(plane.port());
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                nodes(again).stream()
                    .flatMap(node -> node.node().identity().stream())
                    .anyMatch(id -> id.uri().equals(pki.uri("second"))));
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void aRestartOfTheServerIsSurvivedAndTakesEffect(Variant variant) throws Exception {
    Plane first = started(Plane.plaintext());
    first.publish("1", List.of(A, ENDPOINTS));
    connect(
        AdsOptions.of(plaintext(first.port())).with(variant),
        new TestSecrets(),
        new Resource.Key(Resource.Type.CLUSTER, Resource.Key.ANY),
        ENDPOINTS.key());
    Said before = events.await("all", said -> said.state().size() == 2);
    first.close();
    Said lost =
        events.await(
            "the loss", said -> !said.statuses().get(said.statuses().size() - 1).connected());
    assertThat(lost.resource(A.key())).as("what is known stays").isEqualTo(A);
    Plane second = started(Plane.plaintext(first.port(), RegistrationListener.NONE));
    Cluster b = new Cluster("b", new Cluster.Eds("b"));
    second.publish("1", List.of(b, ENDPOINTS));
    Said after =
        events.await(
            "the new state", said -> said.isAbsent(A.key()) && b.equals(said.resource(b.key())));
    assertThat(after.resource(ENDPOINTS.key())).isSameAs(before.resource(ENDPOINTS.key()));
  }

  @Test
  void theSecondServerServesWhileTheFirstIsDownAndTheFirstWhenItIsBack() throws Exception {
    Plane gone = Plane.plaintext();
    int port = gone.port();
    gone.close();
    Plane fallback = started(Plane.plaintext());
    fallback.publish("fallback", List.of(A));
    connect(
        AdsOptions.of(plaintext(port), plaintext(fallback.port()))
            .with(new AdsOptions.Backoff(Duration.ofMillis(50), Duration.ofMillis(500))),
        new TestSecrets(),
        A.key());
    events.await("the fallback's config", said -> said.revision().equals("fallback"));
    Plane back = started(Plane.plaintext(port, RegistrationListener.NONE));
    back.publish("primary", List.of(A));
    events.await(
        "the way back",
        said ->
            said.statuses()
                .get(said.statuses().size() - 1)
                .equals(new ConfigPlane.Status(true, "127.0.0.1:" + port, "")));
  }

  @Test
  void aRefusedResourceIsKnownToTheServerWithItsReason() throws Exception {
    Plane plane = started(Plane.plaintext());
    plane.publish("1", List.of(A, ENDPOINTS));
    ResourceDecoder picky =
        (type, message) ->
            type == Resource.Type.CLUSTER
                ? new ResourceDecoder.Refused("a", "lb_policy: not for me")
                : new Decoder().forStream().decode(type, message);
    connect(
        AdsOptions.of(plaintext(plane.port())), new TestSecrets(), picky, A.key(), ENDPOINTS.key());
    Said said = events.await("a refusal", now -> !now.rejections().isEmpty());
    assertThat(said.rejections())
        .contains(new ConfigPlane.Rejection(Resource.Type.CLUSTER, "a", "lb_policy: not for me"));
    events.await("the endpoints", now -> now.resource(ENDPOINTS.key()) != null);
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> {
              var types = nodes(plane).get(0).types();
              var clusters = types.get(Resource.Type.CLUSTER);
              var endpoints = types.get(Resource.Type.ENDPOINTS);
              return clusters != null
                  && clusters.rejection().contains("a: lb_policy: not for me")
                  && endpoints != null
                  && endpoints.acceptedRevision().equals("1");
            });
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void theServerLearnsWhoComesWhatChangesAndWhoGoes(Variant variant) throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    Plane plane =
        started(
            Plane.plaintext(
                0,
                new RegistrationListener() {
                  @Override
                  public void introduced(Object stream, ServedNode node) {
                    heard.add("came " + node.node().metadata().get("draining"));
                  }

                  @Override
                  public void closed(Object stream) {
                    heard.add("went");
                  }
                }));
    Session session =
        connect(AdsOptions.of(plaintext(plane.port())).with(variant), new TestSecrets());
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("came null");
    loop.execute(
        () -> {
          session.node(new Node("n-1", "web", Locality.NONE, Map.of("draining", true)));
        });
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("came true");
    loop.execute(
        () -> {
          session.node(new Node("n-1", "web", Locality.NONE, Map.of("draining", "last word")));
          loop.execute(session::close);
        });
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("came last word");
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("went");
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void tenThousandClustersAndAChangeOfOne(Variant variant) throws Exception {
    Plane plane = started(Plane.plaintext());
    List<Resource> many = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      many.add(new Cluster("cluster-" + i, new Cluster.Eds("cluster-" + i)));
    }
    plane.publish("1", many);
    connect(
        AdsOptions.of(plaintext(plane.port())).with(variant),
        new TestSecrets(),
        new Resource.Key(Resource.Type.CLUSTER, Resource.Key.ANY));
    events.await("all", said -> said.state().size() == 10_000);
    many.add(A);
    plane.publish("2", many);
    Said said = events.await("one more", now -> now.state().size() == 10_001);
    assertThat(said.deliveries().values()).allMatch(times -> times == 1);
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void aRunThatStartsWithoutThePlaneServesWhatTheLastOneHad(Variant variant, @TempDir Path parent)
      throws Exception {
    ThreadLoop writer =
        new ThreadLoop(
            task -> {
              Thread thread = new Thread(task, "state");
              thread.setDaemon(true);
              return thread;
            },
            System::nanoTime,
            3);
    open.add(writer);
    StateDirectory state = new StateDirectory(parent.resolve("state"));
    Plane plane = started(Plane.plaintext());
    AdsOptions options = AdsOptions.of(plaintext(plane.port())).with(variant);
    Cluster b = new Cluster("b", new Cluster.Eds("b"));
    plane.publish("5", List.of(A, b, ENDPOINTS));
    Resource.Key all = new Resource.Key(Resource.Type.CLUSTER, Resource.Key.ANY);

    var memory = new ResourceSnapshot(state, "web", writer, 1 << 24);
    Session first =
        connect(
            new AdsPlane(options, new Decoder().forStream(), memory, InstantSource.system()),
            new TestSecrets(),
            events,
            all,
            ENDPOINTS.key());
    events.await("all", said -> said.state().size() == 3);
    loop.execute(first::close);
    plane.close();
    memory.close();

    PlaneEvents again = new PlaneEvents(loop);
    connect(
        new AdsPlane(
            options,
            new Decoder().forStream(),
            new ResourceSnapshot(state, "web", writer, 1 << 24),
            InstantSource.system()),
        new TestSecrets(),
        again,
        all,
        ENDPOINTS.key());
    Said said = again.await("all, from disk", now -> now.state().size() == 3);
    assertThat(said.revision()).isEqualTo("disk:5");
    assertThat(said.resource(ENDPOINTS.key())).isEqualTo(ENDPOINTS);

    started(Plane.plaintext(plane.port(), RegistrationListener.NONE))
        .publish("6", List.of(A, ENDPOINTS));
    Said replaced = again.await("the plane's word", now -> now.isAbsent(b.key()));
    assertThat(replaced.revision()).isEqualTo("6");
    assertThat(replaced.resource(A.key())).isSameAs(said.resource(A.key()));
  }
}
