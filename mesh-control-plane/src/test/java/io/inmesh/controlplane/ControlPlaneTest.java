package io.inmesh.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inmesh.config.Address;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.controlplane.ca.Authority;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.controlplane.registry.Registration;
import io.inmesh.identity.CertificateAuthority;
import io.inmesh.identity.JoinFile;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.Pem;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.SpiffeId;
import io.inmesh.identity.TrustBundle;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneConnector;
import io.inmesh.plane.PlaneContext;
import io.inmesh.testkit.pki.TestPki;
import io.inmesh.testkit.pki.TestSecrets;
import io.inmesh.testkit.plane.PlaneEvents;
import io.inmesh.xds.AdsConnector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole control plane over loopback, as its clients see it. */
class ControlPlaneTest {
  private static final String SPLIT =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: orders, namespace: default}
      spec:
        hosts: [orders]
        http:
          - name: NAME
            route: [{destination: {host: orders}}]
      """;

  @TempDir Path directory;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Problems problems = new Problems();
  private ControlPlane plane;

  /** Collects what is refused. */
  private static final class Problems implements ConfigDirectory.Listener {
    final List<Problem> refused = new ArrayList<>();
    CompletableFuture<Void> next = new CompletableFuture<>();

    @Override
    public void taken(Generation generation) {}

    @Override
    public synchronized void refused(List<Problem> why) {
      refused.addAll(why);
      next.complete(null);
    }
  }

  @BeforeEach
  void start() throws Exception {
    Files.createDirectories(directory.resolve("config"));
    configure(SPLIT.replace("NAME", "first"));
    restart(0, Duration.ofSeconds(5));
  }

  private void restart(int port, Duration lease) throws Exception {
    var settings =
        new ControlPlane.Settings(
            directory.resolve("config"),
            directory.resolve("state"),
            "127.0.0.1",
            port,
            -1,
            "cluster.local",
            lease,
            Duration.ofHours(1));
    plane = ControlPlane.start(settings, problems);
  }

  @AfterEach
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    plane.close();
  }

  private void configure(String text) throws Exception {
    Path fresh = directory.resolve("orders.new");
    Files.writeString(fresh, text);
    Files.move(
        fresh,
        directory.resolve("config/orders.yaml"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private JoinFile join(String service) throws Exception {
    return JoinFile.parse(Files.readString(plane.issueJoinFile(service, "default")));
  }

  /** A node of a service, subscribed to some keys. */
  private final class Client implements AutoCloseable {
    final ThreadLoop loop = new ThreadLoop(Client::thread, System::nanoTime, 1);
    final PlaneEvents events = new PlaneEvents(loop);
    private ConfigPlane.Session session;

    Client(JoinFile join, Map<String, Object> metadata, Resource.Key... wanted) {
      this(join, metadata, Locality.NONE, wanted);
    }

    Client(JoinFile join, Map<String, Object> metadata, Locality locality, Resource.Key... wanted) {
      var all = new HashMap<>(metadata);
      all.put("INMESH", Map.of("version", "0.1"));
      var node =
          new Node(
              "test~" + join.service() + "~" + System.identityHashCode(this),
              join.service(),
              locality,
              all);
      ConfigPlane ads = new AdsConnector().plane(join, PlaneConnector.Options.DEFAULT);
      loop.execute(
          () -> {
            session = ads.open(new PlaneContext(node, loop, new TestSecrets(), events));
            session.want(Set.of(wanted));
          });
      open.push(this);
    }

    private static Thread thread(Runnable work) {
      Thread thread = new Thread(work, "test-client");
      thread.setDaemon(true);
      return thread;
    }

    @Override
    public void close() {
      loop.execute(session::close);
      loop.close();
    }
  }

  private static Map<String, Object> instance(int port) {
    var registration =
        new Registration(
            "orders", "default", new Address("127.0.0.1", port), "http", Map.of(), 1, false);
    return Map.of(Registration.METADATA_KEY, registration.toMetadata());
  }

  private static Resource.Key key(Resource.Type type, String name) {
    return new Resource.Key(type, name);
  }

  private static final Resource.Key ROUTES =
      key(Resource.Type.ROUTES, "outbound|80||orders.default.svc.cluster.local");
  private static final Resource.Key ENDPOINTS =
      key(Resource.Type.ENDPOINTS, "outbound|80||orders.default.svc.cluster.local");

  private static String route(PlaneEvents.Said said) {
    return said.resource(ROUTES) instanceof RouteConfiguration routes
        ? routes.virtualHosts().get(0).routes().get(0).name()
        : "";
  }

  private static List<Locality> localities(PlaneEvents.Said said) {
    Resource resource = said.resource(ENDPOINTS);
    return resource instanceof EndpointSet set
        ? set.localities().stream().map(EndpointSet.LocalityEndpoints::locality).toList()
        : List.of();
  }

  private static List<Integer> ports(PlaneEvents.Said said) {
    Resource resource = said.resource(ENDPOINTS);
    return resource instanceof EndpointSet set
        ? set.localities().stream()
            .flatMap(in -> in.endpoints().stream())
            .map(it -> it.address().port())
            .sorted()
            .toList()
        : List.of();
  }

  @Test
  void anInstanceThatRegistersIsFoundByOthers() throws Exception {
    new Client(join("orders"), instance(7001));
    var web =
        new Client(join("web"), Map.of(), key(Resource.Type.LISTENER, "orders"), ROUTES, ENDPOINTS);
    web.events.await(
        "the listener", said -> said.resource(key(Resource.Type.LISTENER, "orders")) != null);
    web.events.await("the endpoint", said -> ports(said).equals(List.of(7001)));
    new Client(join("orders"), instance(7002));
    web.events.await("both endpoints", said -> ports(said).equals(List.of(7001, 7002)));
  }

  @Test
  void anInstanceIsWhereItsNodeIs() throws Exception {
    var here = new Locality("eu", "eu-1", "rack");
    new Client(join("orders"), instance(7001), here);
    var web = new Client(join("web"), Map.of(), ENDPOINTS);
    web.events.await("the endpoint", said -> localities(said).equals(List.of(here)));
  }

  /** A name would make every client refuse the whole service. */
  @Test
  void onlyAddressesAreRegistered() throws Exception {
    for (String address : List.of("localhost", "0.0.0.0")) {
      var registration =
          new Registration(
              "orders", "default", new Address(address, 7009), "http", Map.of(), 1, false);
      new Client(join("orders"), Map.of(Registration.METADATA_KEY, registration.toMetadata()));
    }
    new Client(join("orders"), instance(7001));
    var web = new Client(join("web"), Map.of(), ENDPOINTS);
    web.events.await("the good one", said -> ports(said).contains(7001));
    assertThat(ports(web.events.now())).containsExactly(7001);
  }

  @Test
  void joinFilesNameTheAdvertisedAddress() throws Exception {
    assertThatThrownBy(() -> advertised("0.0.0.0")).hasMessageContaining("0.0.0.0");
    try (ControlPlane second = ControlPlane.start(advertised("localhost"), problems)) {
      JoinFile join = JoinFile.parse(Files.readString(second.issueJoinFile("web", "default")));
      assertThat(join.planes()).containsExactly("localhost:" + second.port());
      var web = new Client(join, Map.of(), ROUTES);
      web.events.await(
          "a connection", said -> said.statuses().stream().anyMatch(it -> it.connected()));
    }
  }

  private ControlPlane.Settings advertised(String host) {
    return new ControlPlane.Settings(
        directory.resolve("config"),
        directory.resolve("third"),
        "0.0.0.0",
        0,
        -1,
        "cluster.local",
        Duration.ofSeconds(5),
        Duration.ofHours(1),
        host);
  }

  @Test
  void nobodyRegistersAsAnotherService() throws Exception {
    new Client(join("web"), instance(7001));
    var good = new Client(join("orders"), instance(7002));
    var web = new Client(join("web"), Map.of(), ENDPOINTS);
    web.events.await("the honest instance", said -> ports(said).contains(7002));
    assertThat(ports(web.events.now())).containsExactly(7002);
    assertThat(good).isNotNull();
  }

  @Test
  void aChangedFileReachesNodesAndABrokenOneDoesNot() throws Exception {
    var web = new Client(join("web"), Map.of(), ROUTES);
    new Client(join("orders"), instance(7001));
    web.events.await("the first route", said -> route(said).equals("first"));
    configure(SPLIT.replace("NAME", "second"));
    var second = web.events.await("the second route", said -> route(said).equals("second"));
    assertThat(second.revision()).startsWith("2-");

    configure(SPLIT.replace("NAME", "third").replace("http:", "htpt:"));
    problems.next.get(10, TimeUnit.SECONDS);
    assertThat(problems.refused)
        .anySatisfy(it -> assertThat(it.toString()).contains("orders.yaml:6:3").contains("htpt"));
    configure(SPLIT.replace("NAME", "fourth"));
    var fourth = web.events.await("the fourth route", said -> route(said).equals("fourth"));
    assertThat(fourth.revision()).startsWith("3-");
  }

  /** Two planes of one authority; the first is gone for a while. */
  @Test
  void theSecondPlaneServesWhenTheFirstIsGone() throws Exception {
    plane.issueJoinFile("web", "default");
    copy(directory.resolve("state"), directory.resolve("other"));
    var settings =
        new ControlPlane.Settings(
            directory.resolve("config"),
            directory.resolve("other"),
            "127.0.0.1",
            0,
            -1,
            "cluster.local",
            Duration.ofSeconds(5),
            Duration.ofHours(1));
    try (ControlPlane second = ControlPlane.start(settings, problems)) {
      int port = plane.port();
      String peer = "127.0.0.1:" + second.port();
      Path file = plane.issueJoinFile("web", "default", List.of(peer));
      JoinFile join = JoinFile.parse(Files.readString(file));
      assertThat(join.planes()).containsExactly("127.0.0.1:" + port, peer);
      var web = new Client(join, Map.of(), ROUTES);
      web.events.await("the first route", said -> route(said).equals("first"));
      plane.close();
      configure(SPLIT.replace("NAME", "second"));
      web.events.await("the second route", said -> route(said).equals("second"));
      assertThat(signed(join)).as("by the one that is left").isNotEmpty();

      restart(port, Duration.ofSeconds(5));
      web.events.await("the way back", said -> isBack(said, port));
    }
  }

  private static boolean isBack(PlaneEvents.Said said, int port) {
    int count = said.statuses().size();
    return count > 2
        && said.statuses().get(count - 1).connected()
        && said.statuses().get(count - 1).server().endsWith(":" + port);
  }

  private static void copy(Path from, Path to) throws Exception {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static List<X509Certificate> signed(JoinFile join) throws Exception {
    KeyPair keys = KeyPairGenerator.getInstance("EC").generateKeyPair();
    try (var authority = new AdsConnector().authority(join, new TestSecrets())) {
      return authority
          .sign(request(join.service(), keys), Duration.ofMinutes(5))
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS)
          .chain();
    }
  }

  @Test
  void aWrongTokenIsRefused() throws Exception {
    JoinFile good = join("web");
    var bad =
        new JoinFile(
            "web", "default", "cluster.local", good.plane(), good.token() + "x", good.roots());
    var client = new Client(bad, Map.of(), ROUTES);
    client.events.await(
        "a refusal",
        said -> said.statuses().stream().anyMatch(it -> it.lastError().contains("token")));
    assertThat(client.events.now().resource(ROUTES)).isNull();
  }

  @Test
  void aRestartKeepsTokensAuthorityAndInstances() throws Exception {
    JoinFile before = join("web");
    new Client(join("orders"), instance(7001));
    var web = new Client(before, Map.of(), ENDPOINTS);
    web.events.await("the endpoint", said -> ports(said).equals(List.of(7001)));
    int port = plane.port();
    plane.close();
    restart(port, Duration.ofSeconds(30));
    assertThat(join("web")).isEqualTo(before);
    var late = new Client(before, Map.of(), ENDPOINTS);
    late.events.await("the endpoint again", said -> ports(said).equals(List.of(7001)));
    assertThat(plane.config().current().number()).isEqualTo(2);
  }

  @Test
  void aRestartWithABrokenFileServesTheLastGoodOne() throws Exception {
    int port = plane.port();
    plane.close();
    configure(SPLIT.replace("NAME", "second").replace("http:", "htpt:"));
    restart(port, Duration.ofSeconds(5));
    assertThat(plane.config().current().kept()).isTrue();
    var web = new Client(join("web"), Map.of(), ROUTES);
    new Client(join("orders"), instance(7001));
    web.events.await("the route of before", said -> route(said).equals("first"));
    configure(SPLIT.replace("NAME", "third"));
    web.events.await("the mended route", said -> route(said).equals("third"));
  }

  /** An empty mesh would have no policies: better none at all. */
  @Test
  void aFirstStartWithABrokenFileOpensNoPort() throws Exception {
    int port = plane.port();
    plane.close();
    Files.delete(directory.resolve("state/last-good.json"));
    configure(SPLIT.replace("http:", "htpt:"));
    assertThatThrownBy(() -> restart(port, Duration.ofSeconds(5)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("orders.yaml:5:3");
    try (var free = new java.net.ServerSocket(port)) {
      assertThat(free.isBound()).isTrue();
    }
  }

  @Test
  void whatStartedBeforeAPortThatIsTakenIsEnded() throws Exception {
    int before = threads();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> another(plane.port()))
          .isInstanceOf(java.io.IOException.class)
          .hasMessageContaining(":" + plane.port());
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> threads() <= before);
  }

  private void another(int port) throws Exception {
    ControlPlane second =
        ControlPlane.start(
            new ControlPlane.Settings(
                directory.resolve("config"),
                directory.resolve("second"),
                "127.0.0.1",
                port,
                -1,
                "cluster.local",
                Duration.ofSeconds(5),
                Duration.ofHours(1)),
            problems);
    second.close();
  }

  /** Of control planes that run. */
  private static int threads() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(one -> one.getName().startsWith("inmesh-"))
            .count();
  }

  @Test
  void certificatesAreSignedForWhoProvesTheIdentityOnly() throws Exception {
    JoinFile web = join("web");
    try (CertificateAuthority authority = new AdsConnector().authority(web, new TestSecrets())) {
      CertificateAuthority.Issued issued =
          authority
              .sign(request("web"), Duration.ofMinutes(5))
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS);
      assertThat(SpiffeId.of(issued.chain().get(0))).contains(web.identity());
      assertThat(issued.roots().authorities()).containsKey("cluster.local");
      assertThatThrownBy(
              () ->
                  authority
                      .sign(request("orders"), Duration.ofMinutes(5))
                      .toCompletableFuture()
                      .get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(CertificateAuthority.RefusedException.class)
          .hasMessageContaining("sa/orders");
    }
  }

  @Test
  void aValidCertificateProvesTheIdentityWithoutAToken() throws Exception {
    JoinFile web = join("web");
    var random = new SecureRandom();
    KeyPair keys = Authority.keys(random);
    CertificateAuthority.Issued first;
    try (CertificateAuthority authority = new AdsConnector().authority(web, new TestSecrets())) {
      first =
          authority
              .sign(request("web", keys), Duration.ofMinutes(5))
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS);
    }
    SecretStore own =
        new TestSecrets(
            new KeyMaterial(first.chain(), keys.getPrivate(), java.time.Instant.now()),
            first.roots());
    var stale =
        new JoinFile("web", "default", "cluster.local", web.plane(), "old.token.x", web.roots());
    try (CertificateAuthority authority = new AdsConnector().authority(stale, own)) {
      var second =
          authority
              .sign(request("web"), Duration.ofMinutes(5))
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS);
      assertThat(SpiffeId.of(second.chain().get(0))).contains(web.identity());
    }
  }

  /** Else who once had a certificate would renew it for ever. */
  @Test
  void withoutItsJoinFileACertificateProvesNothing() throws Exception {
    JoinFile web = join("web");
    KeyPair keys = Authority.keys(new SecureRandom());
    CertificateAuthority.Issued first;
    try (CertificateAuthority authority = new AdsConnector().authority(web, new TestSecrets())) {
      first =
          authority
              .sign(request("web", keys), Duration.ofMinutes(5))
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS);
    }
    Files.delete(directory.resolve("state/join/default.web.join"));
    SecretStore own =
        new TestSecrets(
            new KeyMaterial(first.chain(), keys.getPrivate(), java.time.Instant.now()),
            first.roots());
    try (CertificateAuthority authority = new AdsConnector().authority(web, own)) {
      assertThatThrownBy(
              () ->
                  authority
                      .sign(request("web"), Duration.ofMinutes(5))
                      .toCompletableFuture()
                      .get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
    }
  }

  @Test
  void aJoinFileThatOthersCanReadIsNamedToWhoIsRefused() throws Exception {
    JoinFile web = join("web");
    Path file = directory.resolve("state/join/default.web.join");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    var client = new Client(web, Map.of(), ROUTES);
    client.events.await(
        "a refusal",
        said ->
            said.statuses().stream()
                .anyMatch(it -> it.lastError().contains(file + " is open to others")));
    try (CertificateAuthority authority = new AdsConnector().authority(web, new TestSecrets())) {
      assertThatThrownBy(
              () ->
                  authority
                      .sign(request("web"), Duration.ofMinutes(5))
                      .toCompletableFuture()
                      .get(10, TimeUnit.SECONDS))
          .hasMessageContaining(file + " is open to others");
    }
  }

  @Test
  void aNodeIsOfTheNamespaceThatItHasProved() throws Exception {
    new Client(join("orders"), instance(7001));
    Resource.Key shortName = key(Resource.Type.LISTENER, "orders");
    var web = new Client(join("web"), Map.of("NAMESPACE", "elsewhere"), shortName);
    web.events.await("the name of its own", said -> said.resource(shortName) != null);
    JoinFile other = JoinFile.parse(Files.readString(plane.issueJoinFile("web", "edge")));
    var edge = new Client(other, Map.of("NAMESPACE", "default"), shortName);
    edge.events.await("that there is none", said -> said.isAbsent(shortName));
  }

  @Test
  void privateKeysAreServedToThoseWhoMayHaveThem() throws Exception {
    var pki = new TestPki("elsewhere.example");
    KeyMaterial keys = pki.issue(new TestPki.Leaf().dns("pay.example"));
    Files.writeString(
        directory.resolve("config/keys.xds.json"),
        """
        {"@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
         "name": "pay",
         "tlsCertificate": {"certificateChain": {"inlineString": "%s"},
                            "privateKey": {"inlineString": "%s"}}}
        """
            .formatted(
                Pem.ofCertificates(keys.chain()).replace("\n", "\\n"),
                Pem.ofPrivateKey(keys.key()).replace("\n", "\\n")));
    Files.writeString(
        directory.resolve("config/mesh.yaml"),
        "apiVersion: inmesh.io/v1\nsecrets: {pay: [web, '*.edge']}\n");
    Resource.Key pay = key(Resource.Type.SECRET, "pay");
    var web = new Client(join("web"), Map.of(), pay);
    web.events.await("its key", said -> said.resource(pay) != null);
    JoinFile other = JoinFile.parse(Files.readString(plane.issueJoinFile("any", "edge")));
    var edge = new Client(other, Map.of(), pay);
    edge.events.await("its key", said -> said.resource(pay) != null);
    var orders = new Client(join("orders"), Map.of("NAMESPACE", "edge"), pay);
    orders.events.await("that there is none", said -> said.isAbsent(pay));
    assertThat(plane.config().current().warnings()).isEmpty();

    Files.writeString(
        directory.resolve("config/mesh.yaml"), "apiVersion: inmesh.io/v1\nsecrets: {pay: []}\n");
    web.events.await("that it is gone", said -> said.isAbsent(pay));
  }

  private static String request(String service) throws Exception {
    return request(service, Authority.keys(new SecureRandom()));
  }

  private static String request(String service, KeyPair keys) throws Exception {
    SpiffeId id = SpiffeId.ofServiceAccount("cluster.local", "default", service);
    var generator = new ExtensionsGenerator();
    generator.addExtension(
        Extension.subjectAlternativeName,
        true,
        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, id.uri())));
    var builder = new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=x"), keys.getPublic());
    builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, generator.generate());
    byte[] bytes =
        builder
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
            .getEncoded();
    return Pem.block("CERTIFICATE REQUEST", bytes);
  }

  @Test
  void trustsNobodyElsesRoots() throws Exception {
    JoinFile good = join("web");
    Authority stranger =
        Authority.open(
            "cluster.local",
            new io.inmesh.state.StateDirectory(directory.resolve("stranger")),
            java.time.InstantSource.system(),
            new SecureRandom());
    var misled =
        new JoinFile(
            "web",
            "default",
            "cluster.local",
            good.plane(),
            good.token(),
            Pem.ofCertificates(List.of(stranger.root())));
    var client = new Client(misled, Map.of(), ROUTES);
    client.events.await(
        "a refusal",
        said ->
            said.statuses().stream().anyMatch(it -> !it.connected() && !it.lastError().isEmpty()));
    assertThat(client.events.now().resource(ROUTES)).isNull();
    TrustBundle none = new TestSecrets().trust("ROOTCA");
    assertThat(none).isNull();
  }
}
