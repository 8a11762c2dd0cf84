package io.inmesh.spring;

import io.inmesh.controlplane.ControlPlane;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.runtime.inbound.ConnectionListener;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.member.Member;
import io.inmesh.server.Handler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** A control plane on loopback and members of its mesh, for one test. */
final class LocalMesh {
  private final Path directory;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final List<Problem> refused = new CopyOnWriteArrayList<>();
  private final ControlPlane plane;

  LocalMesh(Path directory) throws Exception {
    this.directory = directory;
    Files.createDirectories(directory.resolve("config"));
    configure("apiVersion: inmesh.io/v1\n");
    this.plane =
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
            new Refusals());
  }

  private final class Refusals implements ConfigDirectory.Listener {
    @Override
    public void taken(Generation generation) {}

    @Override
    public void refused(List<Problem> problems) {
      refused.addAll(problems);
    }
  }

  List<Problem> refused() {
    return refused;
  }

  void configure(String yaml) throws Exception {
    Path fresh = directory.resolve("fresh");
    Files.writeString(fresh, yaml);
    Files.move(
        fresh,
        directory.resolve("config").resolve("mesh.yaml"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Where an application finds the join file of its service by name. */
  Path joinDirectory(String service) {
    return Objects.requireNonNull(plane.issueJoinFile(service, "default").getParent());
  }

  Member member(String service) {
    Member member = Member.join(plane.issueJoinFile(service, "default")).threads(1).start();
    open.push(member);
    return member;
  }

  MeshServer serve(Member member, Handler handler) throws InterruptedException {
    return member.serve(0, Member.Service.local(), handler, ConnectionListener.NONE);
  }

  void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    plane.close();
  }
}
