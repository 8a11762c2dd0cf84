package io.inmesh.controlplane.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.config.Cluster;
import io.inmesh.config.Locality;
import io.inmesh.config.Resource;
import io.inmesh.controlplane.config.compile.NodeView;
import io.inmesh.controlplane.config.compile.ResourceSet;
import io.inmesh.controlplane.config.model.WorkloadSource;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.identity.Pem;
import io.inmesh.testkit.pki.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigDirectoryTest {
  private static final String SPLIT =
      """
      apiVersion: inmesh.io/v1
      services:
        orders:
          endpoints: [127.0.0.1:9001, {address: "127.0.0.1:9002", labels: {version: v2}}]
          subsets: {v2: {version: v2}}
          routes:
            - to: {"*": %d, v2: %d}
        stock:
          endpoints: [127.0.0.1:9003]
      """;
  private static final InstantSource CLOCK = () -> Instant.ofEpochSecond(1_000);

  @TempDir Path directory;
  private final List<List<Problem>> refused = new ArrayList<>();
  private final Kept kept = new Kept();

  /** Keeps files over what would be a restart. */
  private static final class Kept implements LastGood {
    private Optional<List<ConfigFile>> files = Optional.empty();

    @Override
    public Optional<List<ConfigFile>> recall() {
      return files;
    }

    @Override
    public void keep(List<ConfigFile> good) {
      files = Optional.of(good);
    }
  }

  private ConfigDirectory open() {
    var config =
        new ConfigDirectory(
            directory, ConfigDirectory.Settings.DEFAULT, new MeshReader(), kept, CLOCK);
    config.onChange(
        new ConfigDirectory.Listener() {
          @Override
          public void taken(Generation generation) {}

          @Override
          public void refused(List<Problem> problems) {
            refused.add(problems);
          }
        });
    return config;
  }

  private void write(String name, String text) throws IOException {
    Path temporary = Files.writeString(directory.resolve("." + name), text);
    Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void takesEachContentOnce() throws IOException {
    var config = open();
    assertThat(config.load()).isPresent();
    assertThat(config.current().revision()).startsWith("1-");
    write("mesh.yaml", SPLIT.formatted(90, 10));
    Generation first = config.load().orElseThrow();
    assertThat(first.number()).isEqualTo(2);
    assertThat(first.revision()).matches("2-[0-9a-f]{6}");
    assertThat(first.changes()).contains("+ Service default/orders", "+ Service default/stock");
    assertThat(config.load()).isEmpty();
    write("mesh.yaml", SPLIT.formatted(50, 50));
    Generation second = config.load().orElseThrow();
    assertThat(second.number()).isEqualTo(3);
    assertThat(second.changes()).containsExactly("~ Service default/orders");
  }

  @Test
  void keepsTheLastGoodStateWholeWhenAnythingIsWrong() throws IOException {
    var config = open();
    write("mesh.yaml", SPLIT.formatted(90, 10));
    Generation good = config.load().orElseThrow();
    write("other.yaml", "apiVersion: inmesh.io/v1\nservices:\n  cart: {timeut: 1s}\n");
    write("mesh.yaml", SPLIT.formatted(1, 99));
    assertThat(config.load()).isEmpty();
    assertThat(config.current()).isSameAs(good);
    assertThat(config.problems())
        .extracting(Problem::toString)
        .containsExactly(
            "other.yaml:3:10: error: Service default/cart: services.cart.timeut: unknown field"
                + " timeut; did you mean timeout?");
    assertThat(config.load()).isEmpty();
    assertThat(refused).hasSize(1);
    write("other.yaml", "apiVersion: inmesh.io/v1\nservices:\n  cart: {timeout: 1s}\n");
    assertThat(config.load()).isPresent();
    assertThat(config.problems()).isEmpty();
  }

  @Test
  void whatIsDoubtfulIsToldWithTheState() throws IOException {
    var config = open();
    write("mesh.yaml", SPLIT.formatted(90, 10));
    assertThat(config.load().orElseThrow().warnings()).isEmpty();
    write(
        "more.yaml",
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: v}
        spec: {hosts: [x], http: [{route: [{destination: {host: nowhere.example}}]}]}
        """);
    assertThat(config.load().orElseThrow().warnings())
        .singleElement()
        .asString()
        .contains("goes to nowhere.example");
  }

  @Test
  void changesOfPoliciesAndWorkloadsAreTold() throws IOException {
    var config = open();
    String policies =
        """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: a}
        spec: {rules: [{from: [{source: {namespaces: [%1$s]}}]}]}
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: p}
        spec: {mtls: {mode: STRICT}}
        ---
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: r}
        spec: {jwtRules: [{issuer: %1$s, jwks: '{"keys": []}'}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: w, namespace: shop}
        spec: {address: 10.0.0.1, labels: {app: %1$s}}
        """;
    write("policies.yaml", policies.formatted("one"));
    assertThat(config.load().orElseThrow().changes())
        .containsExactly(
            "+ AuthorizationPolicy default/a",
            "+ PeerAuthentication default/p",
            "+ RequestAuthentication default/r",
            "+ WorkloadEntry shop/w");
    write("policies.yaml", "# moved\n" + policies.formatted("two"));
    assertThat(config.load().orElseThrow().changes())
        .containsExactly(
            "~ AuthorizationPolicy default/a",
            "~ RequestAuthentication default/r",
            "~ WorkloadEntry shop/w");
  }

  private static final String TRUSTING =
      """
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata: {name: d}
      spec: {host: pay.example, trafficPolicy: {tls: {mode: SIMPLE, caCertificates: ca.pem}}}
      """;

  private ConfigDirectory trusting() {
    return new ConfigDirectory(
        directory,
        ConfigDirectory.Settings.DEFAULT,
        new MeshReader("cluster.local", directory),
        kept,
        CLOCK);
  }

  @Test
  void changedAuthoritiesAreTakenAndLostOnesAreNot() throws IOException {
    write("ca.pem", Pem.ofCertificates(List.of(new TestPki("a").root())));
    write("rule.yaml", TRUSTING);
    var config = trusting();
    Generation first = config.load().orElseThrow();
    assertThat(first.warnings()).isEmpty();
    assertThat(config.load()).isEmpty();

    write("ca.pem", Pem.ofCertificates(List.of(new TestPki("b").root())));
    Generation second = config.load().orElseThrow();
    assertThat(second.changes()).containsExactly("~ DestinationRule default/d");
    assertThat(second.revision()).isNotEqualTo(first.revision());

    write("ca.pem", "no certificate");
    assertThat(config.load()).isEmpty();
    assertThat(config.problems()).singleElement().asString().contains("ca.pem are no use");
    Files.delete(directory.resolve("ca.pem"));
    assertThat(config.load()).isEmpty();
    assertThat(config.problems()).singleElement().asString().contains("were there and are gone");
    assertThat(config.current()).isSameAs(second);
  }

  @Test
  void authoritiesThatAppearAreSeenWithoutAChangeOfTheFiles() throws IOException {
    write("rule.yaml", TRUSTING);
    var config = trusting();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (DirectoryWatch watch = DirectoryWatch.start(config, thread)) {
      assertThat(watch).isNotNull();
      assertThat(config.current().warnings())
          .singleElement()
          .asString()
          .contains("there are no authorities at " + directory.resolve("ca.pem"));
      write("ca.pem", Pem.ofCertificates(List.of(new TestPki("a").root())));
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(10))
          .until(() -> config.current().number() == 2);
    } finally {
      thread.shutdownNow();
    }
  }

  /** Else every node would have all of the mesh compiled for itself. */
  @Test
  void labelsThatMakeNoDifferenceMakeNoViews() throws IOException {
    var resources = new MeshResources(WorkloadSource.NONE);
    write(
        "mesh.yaml",
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: v}
        spec:
          hosts: [x]
          http: [{match: [{sourceLabels: {team: a}}], directResponse: {status: 200}}]
        """);
    resources.configured(open().load().orElseThrow().model());
    assertThat(resources.narrow(labelled(Map.of("pod", "1", "team", "a"))))
        .isEqualTo(labelled(Map.of("team", "a")));
    assertThat(resources.narrow(labelled(Map.of("pod", "1")))).isEqualTo(NodeView.api("default"));
  }

  private static NodeView labelled(Map<String, String> labels) {
    return new NodeView(NodeView.Flavour.API, "default", labels, Locality.NONE, Optional.empty());
  }

  @Test
  void goesOnWithoutItsDirectory() throws IOException {
    var config = open();
    write("mesh.yaml", SPLIT.formatted(90, 10));
    Generation good = config.load().orElseThrow();
    Files.delete(directory.resolve("mesh.yaml"));
    Files.delete(directory);
    assertThat(config.load()).isEmpty();
    assertThat(config.current()).isSameAs(good);
    assertThat(refused).hasSize(1);
    Files.createDirectory(directory);
  }

  @Test
  void aRestartWithBrokenFilesGoesOnWithTheLastGoodOnes() throws IOException {
    write("mesh.yaml", SPLIT.formatted(90, 10));
    Generation good = open().load().orElseThrow();
    write("mesh.yaml", SPLIT.replace("routes", "ruotes").formatted(50, 50));
    var restarted = open();
    Generation recalled = restarted.load().orElseThrow();
    assertThat(recalled.model().services()).hasSize(2);
    assertThat(recalled.kept()).isTrue();
    assertThat(recalled.revision()).isEqualTo(good.revision());
    assertThat(refused).hasSize(1);
    assertThat(restarted.problems().toString()).contains("ruotes");

    assertThat(restarted.load()).isEmpty();
    assertThat(refused).hasSize(1);
    write("mesh.yaml", SPLIT.formatted(50, 50));
    assertThat(restarted.load().orElseThrow().changes())
        .containsExactly("~ Service default/orders");
    assertThat(restarted.current().kept()).isFalse();
  }

  @Test
  void aFirstStartWithBrokenFilesTakesNothing() throws IOException {
    write("mesh.yaml", SPLIT.replace("routes", "ruotes").formatted(50, 50));
    var config = open();
    assertThat(config.load()).isEmpty();
    assertThat(config.hasTaken()).isFalse();
    kept.keep(List.of(new ConfigFile("old.yaml", "apiVersion: inmesh.io/v9\nservices: {}\n")));
    assertThat(config.load()).isEmpty();
    assertThat(config.hasTaken()).isFalse();
  }

  @Test
  void whatIsHiddenIsNotLookedInto() throws IOException {
    write("mesh.yaml", SPLIT.formatted(90, 10));
    Path below = Files.createDirectories(directory.resolve(".git/a/b/c/d/e/f/g/h/i/j"));
    Files.writeString(below.resolve("other.yaml"), "nonsense");
    Files.createSymbolicLink(directory.resolve(".git/loop"), directory);
    assertThat(ConfigFiles.tree(directory).files()).hasSize(1);
    assertThat(ConfigFiles.tree(directory).directories()).containsExactly(directory);
    assertThat(open().load()).isPresent();
  }

  @Test
  void whatIsNestedTooDeepIsRefused() throws IOException {
    write("mesh.yaml", SPLIT.formatted(90, 10));
    var config = open();
    assertThat(config.load()).isPresent();
    Files.createDirectories(directory.resolve("a/b/c/d/e/f/g/h"));
    assertThat(config.load()).isEmpty();
    assertThat(config.problems()).singleElement().asString().contains("is nested too deep");
  }

  @Test
  void aListenerThatFailsKeepsNobodyFromTheChange() throws IOException {
    var config =
        new ConfigDirectory(
            directory, ConfigDirectory.Settings.DEFAULT, new MeshReader(), kept, CLOCK);
    var told = new ArrayList<Generation>();
    config.onChange(
        new Taking(
            generation -> {
              throw new IllegalStateException("on purpose");
            }));
    config.onChange(new Taking(told::add));
    write("mesh.yaml", SPLIT.formatted(90, 10));
    assertThat(config.load()).isPresent();
    assertThat(told).hasSize(1);
  }

  /** Is told only what was taken. */
  private record Taking(Consumer<Generation> told) implements ConfigDirectory.Listener {
    @Override
    public void taken(Generation generation) {
      told.accept(generation);
    }

    @Override
    public void refused(List<Problem> problems) {}
  }

  /** An error in what listens must not end the watching: later changes are seen. */
  @Test
  void theWatchSurvivesAnError() throws IOException {
    var config = open();
    write("mesh.yaml", SPLIT.formatted(90, 10));
    var failures = new AtomicInteger(1);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (DirectoryWatch watch = DirectoryWatch.start(config, thread)) {
      assertThat(watch).isNotNull();
      config.onChange(
          new Taking(
              generation -> {
                if (failures.getAndDecrement() > 0) {
                  throw new StackOverflowError("on purpose");
                }
              }));
      write("mesh.yaml", SPLIT.formatted(50, 50));
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(10))
          .until(() -> failures.get() == 0);
      write("mesh.yaml", SPLIT.formatted(20, 80));
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(10))
          .until(() -> config.current().number() == 3);
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void whatDidNotChangeStaysTheSameObject() throws IOException {
    var config = open();
    var resources = new MeshResources(WorkloadSource.NONE);
    write("mesh.yaml", SPLIT.formatted(90, 10));
    resources.configured(config.load().orElseThrow().model());
    NodeView view = NodeView.api("default");
    ResourceSet before = resources.resources(view);
    write("mesh.yaml", "# moved down\n" + SPLIT.formatted(50, 50));
    resources.configured(config.load().orElseThrow().model());
    ResourceSet after = resources.resources(view);
    var changed =
        after.all().stream().filter(one -> before.find(one.key()) != one).map(Resource::key);
    assertThat(changed)
        .containsExactly(
            new Resource.Key(
                Resource.Type.ROUTES, "outbound|80||orders.default.svc.cluster.local"));
    resources.workloadsChanged();
    assertThat(resources.resources(view)).isSameAs(after);
    assertThat(after.of(Resource.Type.CLUSTER).values())
        .hasOnlyElementsOfType(Cluster.class)
        .hasSize(3);
  }

  /** Kubernetes mounts config maps as links through a link that it exchanges. */
  @Test
  void linksAreFollowed() throws IOException {
    Path first = Files.createDirectory(directory.resolve("..1"));
    Files.writeString(first.resolve("mesh.yaml"), SPLIT.formatted(90, 10));
    Path second = Files.createDirectory(directory.resolve("..2"));
    Files.writeString(second.resolve("mesh.yaml"), SPLIT.formatted(10, 90));
    Path data = Files.createSymbolicLink(directory.resolve("..data"), Path.of("..1"));
    Files.createSymbolicLink(directory.resolve("mesh.yaml"), Path.of("..data/mesh.yaml"));
    var config = open();
    assertThat(config.load().orElseThrow().model().services()).hasSize(2);
    List<String> before = ConfigFiles.tree(directory).fingerprint();
    Path next = Files.createSymbolicLink(directory.resolve("..next"), Path.of("..2"));
    Files.move(next, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    assertThat(ConfigFiles.tree(directory).fingerprint()).isNotEqualTo(before);
    assertThat(config.load().orElseThrow().changes()).containsExactly("~ Service default/orders");
  }

  @Test
  void aRenameIsSeenAtOnce() throws IOException {
    var config = open();
    write("mesh.yaml", SPLIT.formatted(90, 10));
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (DirectoryWatch watch = DirectoryWatch.start(config, thread)) {
      assertThat(watch).isNotNull();
      assertThat(config.current().number()).isEqualTo(1);
      write("mesh.yaml", SPLIT.formatted(50, 50));
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(10))
          .until(() -> config.current().number() == 2);
      Path below = Files.createDirectory(directory.resolve("team"));
      Files.writeString(
          below.resolve("cart.yaml"), "apiVersion: inmesh.io/v1\nservices:\n  cart:\n");
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(10))
          .until(() -> config.current().model().services().size() == 3);
    } finally {
      thread.shutdownNow();
    }
  }
}
