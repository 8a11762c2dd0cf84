package io.inmesh.controlplane.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inmesh.config.Cluster;
import io.inmesh.config.Resource;
import io.inmesh.controlplane.config.compile.NodeView;
import io.inmesh.controlplane.config.compile.ResourceSet;
import io.inmesh.controlplane.config.model.WorkloadSource;
import io.inmesh.controlplane.config.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

  private ConfigDirectory open() {
    var config = new ConfigDirectory(directory, ConfigDirectory.Settings.DEFAULT, CLOCK);
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
    assertThat(config.history()).extracting(Generation::number).containsExactly(3L, 2L, 1L);
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
    List<String> before = ConfigFiles.fingerprint(directory);
    Path next = Files.createSymbolicLink(directory.resolve("..next"), Path.of("..2"));
    Files.move(next, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    assertThat(ConfigFiles.fingerprint(directory)).isNotEqualTo(before);
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
