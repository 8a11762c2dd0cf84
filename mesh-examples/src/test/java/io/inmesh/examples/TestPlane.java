package io.inmesh.examples;

import io.inmesh.controlplane.ControlPlane;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** A control plane in this process, with one file of configuration. */
public final class TestPlane implements AutoCloseable {
  private final ControlPlane plane;
  private final List<Problem> refused = new CopyOnWriteArrayList<>();

  /** Serves a copy of the file from a directory of the test's. */
  public TestPlane(Path directory, Path yaml) throws Exception {
    Path config = Files.createDirectories(directory.resolve("config"));
    Files.copy(yaml, config.resolve("mesh.yaml"));
    plane =
        ControlPlane.start(
            new ControlPlane.Settings(
                config,
                directory.resolve("state"),
                "127.0.0.1",
                0,
                -1,
                "cluster.local",
                Duration.ofSeconds(5),
                Duration.ofHours(1)),
            new Refusals());
  }

  /** A service's join file. */
  public Path joinFile(String service) {
    return plane.issueJoinFile(service, "default");
  }

  /** Where join files stand. */
  public Path joinDirectory() {
    return Objects.requireNonNull(joinFile("nobody").getParent());
  }

  /** What is wrong with the file. */
  public List<Problem> refused() {
    return refused;
  }

  @Override
  public void close() throws IOException {
    plane.close();
  }

  private final class Refusals implements ConfigDirectory.Listener {
    @Override
    public void taken(Generation generation) {}

    @Override
    public void refused(List<Problem> problems) {
      refused.addAll(problems);
    }
  }
}
