package io.inmesh.cli.command;

import io.inmesh.cli.load.DaemonThreads;
import io.inmesh.cli.serve.EchoService;
import io.inmesh.cli.serve.MetricsEndpoint;
import io.inmesh.config.Address;
import io.inmesh.runtime.inbound.ConnectionListener;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.member.Member;
import io.inmesh.runtime.net.Loops;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code inmesh serve}: an echo service in the mesh. */
@Command(
    name = "serve",
    description = "Runs an echo service in the mesh, with strict mutual TLS, until it is ended.",
    mixinStandardHelpOptions = true)
public final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private Joining joining;

  @Mixin private Observing observing;

  @Option(
      names = {"--metrics-port", "--metrics"},
      paramLabel = "PORT",
      description = "Serve /metrics for Prometheus on this port of loopback; 0 for any.")
  private @Nullable Integer metrics;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description = "Address to bind (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--port",
      defaultValue = "0",
      description = "Port to bind; 0 for any (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--advertise",
      paramLabel = "HOST",
      description =
          "Address that others call, if it is not the one that is bound; needed with 0.0.0.0. A"
              + " name is looked up once.")
  private @Nullable String advertise;

  @Option(
      names = "--advertise-port",
      defaultValue = "0",
      description = "Port that others call, if it is not the one that is bound.")
  private int advertised;

  @Option(
      names = "--protocol",
      defaultValue = "http",
      description = "http, http2 or grpc (default: ${DEFAULT-VALUE}).")
  private String protocol;

  @Option(
      names = "--label",
      paramLabel = "NAME=VALUE",
      description = "A label, for instance version=v1.")
  private Map<String, String> labels = Map.of();

  @Option(
      names = "--weight",
      defaultValue = "1",
      description = "Load balancing weight (default: ${DEFAULT-VALUE}).")
  private int weight;

  @Option(names = "--stall", description = "Accept requests and never answer.")
  private boolean stall;

  @Option(names = "--log-ids", description = "Print the x-call-id of every request.")
  private boolean logIds;

  @Option(
      names = "--log-peers",
      description = "Print who connects, with the serial number of the certificate.")
  private boolean logPeers;

  @Option(
      names = "--log-quiet",
      description = "Print when the last connection has gone and nothing is held any more.")
  private boolean logQuiet;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Member.Service service = service();
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(new DaemonThreads("inmesh-echo-timer"));
    Member member = joining.member().telemetry(observing.telemetry()).start();
    MetricsEndpoint endpoint =
        metrics == null ? null : new MetricsEndpoint(observing.registry(), metrics);
    var ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  member.close();
                  if (endpoint != null) {
                    endpoint.close();
                  }
                  ended.countDown();
                },
                "inmesh-goodbye"));
    var echo =
        new EchoService.Settings(
            member.name(),
            host + ":" + port,
            labels.getOrDefault("version", ""),
            stall,
            id -> {
              if (logIds) {
                say(out, "id " + id);
              }
            });
    MeshServer server =
        member.serve(
            new Address(host, port),
            service,
            new EchoService(echo, timer),
            new Connections(out, logPeers));
    if (endpoint != null) {
      say(out, "metrics port=" + endpoint.port());
    }
    String admin = member.adminPort() == 0 ? "" : " admin=" + member.adminPort();
    say(out, "ready port=" + server.port() + " service=" + member.name() + admin);
    if (logQuiet) {
      var watch = new QuietWatch(server, line -> say(out, line));
      while (!ended.await(20, TimeUnit.MILLISECONDS)) {
        watch.look();
      }
    }
    ended.await();
    return 0;
  }

  private Member.Service service() {
    String called = advertise == null ? host : advertise;
    return UsageErrors.of(
        spec,
        advertise == null ? "--host, --advertise" : "--advertise",
        () -> new Member.Service(new Address(ip(called), advertised), protocol, labels, weight));
  }

  /** Others take addresses only. */
  private static String ip(String host) {
    try {
      return InetAddress.getByName(host).getHostAddress();
    } catch (UnknownHostException unknown) {
      throw new IllegalArgumentException("unknown host " + host, unknown);
    }
  }

  /** Says once after each busy time that nothing is left of it. */
  private static final class QuietWatch {
    private final MeshServer server;
    private final Consumer<String> say;
    private long told;

    QuietWatch(MeshServer server, Consumer<String> say) {
      this.server = server;
      this.say = say;
    }

    void look() {
      MeshServer.Stats stats = server.stats();
      if (stats.requests() > told
          && stats.connections() == 0
          && stats.activeRequests() == 0
          && Loops.directMemoryInUse() == 0) {
        told = stats.requests();
        say.accept("quiet after requests=" + told);
      }
    }
  }

  private static void say(PrintWriter out, String line) {
    synchronized (out) {
      out.println(line);
      out.flush();
    }
  }

  /** Tells of connections: those refused always, those accepted on demand. */
  private record Connections(PrintWriter out, boolean all) implements ConnectionListener {
    @Override
    public void onSecured(Address remote, X509Certificate peer) {
      if (all) {
        say(out, "peer serial=" + peer.getSerialNumber().toString(16) + " from=" + remote);
      }
    }

    @Override
    public void onRefused(Address remote, String reason) {
      say(out, "refused " + remote + ": " + reason);
    }
  }
}
