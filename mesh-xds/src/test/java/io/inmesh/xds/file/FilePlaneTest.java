package io.inmesh.xds.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Cluster;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.ConfigPlane.Rejection;
import io.inmesh.plane.ConfigPlane.Status;
import io.inmesh.plane.PlaneContext;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.VirtualLoop;
import io.inmesh.testkit.pki.TestSecrets;
import io.inmesh.xds.codec.Decoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilePlaneTest {
  private static final String CLUSTER =
      """
      {"@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster", "name": "%s",
       "type": "%s", "connect_timeout": "%ss"}\
      """;

  private final VirtualLoop loop = new VirtualLoop();
  private final Map<Resource.Key, Optional<Resource>> state = new HashMap<>();
  private final List<Rejection> rejections = new ArrayList<>();
  private final List<String> revisions = new ArrayList<>();
  @TempDir Path directory;
  private ConfigPlane.Session session;

  private void open() {
    session =
        new FilePlane(directory.resolve("xds"), new Decoder().forStream())
            .open(
                new PlaneContext(
                    new Node("n", "web", Locality.NONE, Map.of()),
                    loop,
                    new TestSecrets(),
                    new ConfigPlane.Events() {
                      @Override
                      public void changed(
                          Map<Resource.Key, Optional<Resource>> update, String revision) {
                        state.putAll(update);
                        revisions.add(revision);
                      }

                      @Override
                      public void rejected(Rejection rejection) {
                        rejections.add(rejection);
                      }

                      @Override
                      public void unsupported(Resource.Key key, List<String> fields) {}

                      @Override
                      public void status(Status status) {}
                    }));
    session.want(Set.of(cluster("a"), cluster("b")));
    look();
  }

  private void look() {
    loop.advance(FilePlane.PERIOD);
  }

  private static Resource.Key cluster(String name) {
    return Configs.key(Resource.Type.CLUSTER, name);
  }

  private static String static_(String name, int seconds) {
    return CLUSTER.formatted(name, "STATIC", seconds);
  }

  private void write(String version, String... resources) throws IOException {
    Files.createDirectories(directory.resolve("xds"));
    Path next = Files.createTempFile(directory, "next", ".json");
    Files.writeString(
        next,
        "{\"version_info\": \""
            + version
            + "\", \"resources\": ["
            + String.join(",", resources)
            + "]}");
    Files.move(next, directory.resolve("xds/cds.json"), StandardCopyOption.REPLACE_EXISTING);
  }

  private long connectSeconds(String name) {
    Cluster found = (Cluster) state.get(cluster(name)).orElseThrow();
    return found.transport().connectTimeout().toSeconds();
  }

  @Test
  void filesAreFollowed() throws IOException {
    write("1", static_("a", 1));
    open();
    assertThat(connectSeconds("a")).isEqualTo(1);
    assertThat(state.get(cluster("b"))).as("the file leaves it out").isEmpty();
    assertThat(session.status()).isEqualTo(new Status(true, directory + "/xds", ""));
    Resource before = state.get(cluster("a")).orElseThrow();

    write("2", static_("a", 1), static_("b", 2));
    look();
    assertThat(connectSeconds("b")).isEqualTo(2);
    assertThat(revisions).endsWith("2");
    write("3", static_("b", 3));
    look();
    assertThat(state.get(cluster("a"))).isEmpty();
    assertThat(connectSeconds("b")).isEqualTo(3);
    session.want(Set.of(cluster("*"), cluster("b")));
    write("4", static_("a", 1), static_("c", 4));
    look();
    assertThat(state.get(cluster("c"))).isPresent();
    assertThat(state.get(cluster("a")).orElseThrow()).isEqualTo(before);
  }

  @Test
  void whatCannotBeReadLeavesWhatWasReadBefore() throws IOException {
    write("1", static_("a", 1), static_("b", 1));
    open();
    Files.writeString(directory.resolve("xds/cds.json"), "{\"resources\": [");
    look();
    assertThat(session.status().connected()).isFalse();
    assertThat(session.status().lastError()).contains("cds.json").contains("not JSON");
    Files.delete(directory.resolve("xds/cds.json"));
    look();
    assertThat(connectSeconds("a")).isEqualTo(1);
    write("2", static_("a", 2), CLUSTER.formatted("b", "EDS", 5));
    look();
    assertThat(session.status().connected()).isTrue();
    assertThat(connectSeconds("a")).as("the good ones are used").isEqualTo(2);
    assertThat(connectSeconds("b")).as("the bad one stays what it was").isEqualTo(1);
    assertThat(rejections.get(0).name()).isEqualTo("b");
    assertThat(rejections.get(0).reason()).contains("cds.json", "eds_cluster_config");
  }

  @Test
  void nothingOutsideOfTheDirectoryIsRead() throws IOException {
    write("1", static_("a", 1));
    Path outside = directory.resolve("secret.json");
    Files.move(directory.resolve("xds/cds.json"), outside);
    Files.createSymbolicLink(directory.resolve("xds/cds.json"), outside);
    open();
    assertThat(state.get(cluster("a"))).isEmpty();
    assertThat(session.status().lastError()).contains("leads out of its directory");
  }

  @Test
  void aLinkThatLeadsElsewhereIsAChange() throws IOException {
    write("1", static_("a", 1));
    Path xds = directory.resolve("xds");
    Files.createDirectories(xds.resolve("v1"));
    Files.createDirectories(xds.resolve("v2"));
    Files.move(xds.resolve("cds.json"), xds.resolve("v1/cds.json"));
    write("2", static_("a", 2));
    Files.move(xds.resolve("cds.json"), xds.resolve("v2/cds.json"));
    Files.createSymbolicLink(xds.resolve("data"), Path.of("v1"));
    Files.createSymbolicLink(xds.resolve("cds.json"), Path.of("data/cds.json"));
    open();
    assertThat(connectSeconds("a")).isEqualTo(1);
    Files.createSymbolicLink(xds.resolve("next"), Path.of("v2"));
    Files.move(xds.resolve("next"), xds.resolve("data"), StandardCopyOption.ATOMIC_MOVE);
    look();
    assertThat(connectSeconds("a")).isEqualTo(2);
  }
}
