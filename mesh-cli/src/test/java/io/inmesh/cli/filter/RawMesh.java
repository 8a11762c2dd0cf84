package io.inmesh.cli.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Request;
import io.inmesh.controlplane.ControlPlane;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.plane.PlaneConnector.Variant;
import io.inmesh.runtime.member.Member;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** Our control plane with raw resources in files, and a client of it. */
final class RawMesh implements AutoCloseable {
  private final Path directory;
  private final List<String> refused = new CopyOnWriteArrayList<>();
  private ControlPlane plane;
  private Member member;

  RawMesh(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory.resolve("config"));
    write("mesh.yaml", "apiVersion: inmesh.io/v1\nservices: {client: }\n");
  }

  void write(String name, String text) throws IOException {
    Path target = directory.resolve("config").resolve(name);
    Path next = directory.resolve(name);
    Files.writeString(next, text);
    Files.move(next, target, StandardCopyOption.REPLACE_EXISTING);
  }

  void delete(String name) throws IOException {
    Files.delete(directory.resolve("config").resolve(name));
  }

  void start(Variant variant) throws Exception {
    plane =
        ControlPlane.start(
            new ControlPlane.Settings(
                directory.resolve("config"),
                directory.resolve("state"),
                "127.0.0.1",
                0,
                -1,
                "cluster.local",
                Duration.ofSeconds(5),
                Duration.ofHours(1)),
            new ConfigDirectory.Listener() {
              @Override
              public void taken(Generation generation) {}

              @Override
              public void refused(List<Problem> problems) {
                problems.forEach(problem -> refused.add(problem.toString()));
              }
            });
    assertThat(refused).isEmpty();
    member =
        Member.join(plane.issueJoinFile("client", "default"))
            .threads(1)
            .variant(variant)
            .runtimeLayers("rtds")
            .start();
  }

  Member member() {
    return member;
  }

  int status(String url) throws InterruptedException {
    Request request = Request.of("GET", URI.create(url)).withTimeout(Duration.ofSeconds(20));
    return member.mesh().blocking().send(request).status();
  }

  void await(int status, String url) {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> status(url) == status);
  }

  @Override
  public void close() throws IOException {
    if (member != null) {
      member.close();
    }
    if (plane != null) {
      plane.close();
    }
  }
}
