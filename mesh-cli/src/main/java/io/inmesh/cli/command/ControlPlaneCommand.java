package io.inmesh.cli.command;

import io.inmesh.controlplane.ControlPlane;
import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code inmesh control-plane}: serves until it is ended. */
@Command(
    name = "control-plane",
    description = "Serves configuration files, certificates and a registry to the mesh.",
    mixinStandardHelpOptions = true)
public final class ControlPlaneCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "DIR",
      description = "Directory of configuration files.")
  private Path config;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "Where authority, join files and registry are kept (default: DIR/.inmesh beside the"
              + " files).")
  private @Nullable Path state;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "Address to bind (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--advertise",
      paramLabel = "HOST",
      description =
          "Address or name by which others reach it, if it is not the one that is bound; needed"
              + " with 0.0.0.0.")
  private @Nullable String advertise;

  @Option(
      names = "--port",
      defaultValue = "15012",
      description = "Port of TLS; 0 for any (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--plaintext-port",
      defaultValue = "-1",
      description =
          "Port on loopback without TLS, for Envoy and gRPC; 0 for any, -1 for none (default:"
              + " ${DEFAULT-VALUE}).")
  private int plaintextPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description =
          "Port on loopback of the API that inmesh status and others read; 0 for any, -1 for none"
              + " (default: two above --port, or any if that is 0).")
  private @Nullable Integer httpPort;

  @Option(
      names = "--trust-domain",
      defaultValue = "cluster.local",
      description = "Of all identities (default: ${DEFAULT-VALUE}).")
  private String trustDomain;

  @Option(
      names = "--lease",
      defaultValue = "10s",
      converter = Durations.class,
      description = "How long an instance stays without its stream (default: ${DEFAULT-VALUE}).")
  private Duration lease;

  @Option(
      names = "--certificate-life",
      defaultValue = "24h",
      converter = Durations.class,
      description = "The longest life of a workload certificate (default: ${DEFAULT-VALUE}).")
  private Duration certificateLife;

  @Option(
      names = {"--issue", "--join"},
      split = ",",
      paramLabel = "SERVICE[.NAMESPACE]",
      description = "Write a join file for each of these services.")
  private List<String> join = List.of();

  @Option(
      names = "--peer",
      split = ",",
      paramLabel = "HOST:PORT",
      description =
          "Another control plane of this mesh, with a copy of the same state: join files name it"
              + " after this one. May be repeated.")
  private List<String> peers = List.of();

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Path kept = state == null ? config.resolve(".inmesh") : state;
    var settings =
        UsageErrors.of(
            spec,
            "--host, --advertise",
            () ->
                new ControlPlane.Settings(
                    config,
                    kept,
                    host,
                    port,
                    plaintextPort,
                    trustDomain,
                    lease,
                    certificateLife,
                    advertise == null ? host : advertise,
                    apiPort()));
    try (ControlPlane plane = ControlPlane.start(settings, new Report(out))) {
      for (String service : join) {
        int dot = service.indexOf('.');
        String name = dot < 0 ? service : service.substring(0, dot);
        String namespace = dot < 0 ? "default" : service.substring(dot + 1);
        out.println("join file " + plane.issueJoinFile(name, namespace, peers));
      }
      out.println(
          "ready port="
              + plane.port()
              + " plaintext="
              + plane.plaintextPort()
              + " http="
              + plane.httpPort()
              + " revision="
              + plane.config().current().revision());
      out.flush();
      new CountDownLatch(1).await();
    }
    return 0;
  }

  private int apiPort() {
    if (httpPort != null) {
      return httpPort;
    }
    return port == 0 ? 0 : port + 2;
  }

  /** Tells people what became of their files. */
  private record Report(PrintWriter out) implements ConfigDirectory.Listener {
    @Override
    public void taken(Generation generation) {
      out.println(
          "revision "
              + generation.revision()
              + (generation.kept() ? " (the last good files)" : "")
              + (generation.changes().isEmpty()
                  ? ""
                  : ": " + String.join(", ", generation.changes())));
      generation.warnings().forEach(warning -> out.println("  " + warning));
      out.flush();
    }

    @Override
    public void refused(List<Problem> problems) {
      out.println("refused; what was good last stays in force:");
      problems.forEach(problem -> out.println("  " + problem));
      out.flush();
    }
  }
}
