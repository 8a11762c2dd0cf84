package io.inmesh.cli.command;

import io.inmesh.cli.serve.EchoService;
import io.inmesh.config.Address;
import io.inmesh.runtime.inbound.ConnectionListener;
import io.inmesh.runtime.inbound.MeshServer;
import io.inmesh.runtime.member.Member;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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

  @Option(
      names = "--join",
      required = true,
      paramLabel = "FILE",
      description = "Join file of the service.")
  private Path join;

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
      names = "--advertise-port",
      defaultValue = "0",
      description = "Port that others call, if it is not the one that is bound.")
  private int advertised;

  @Option(
      names = "--protocol",
      defaultValue = "http",
      description = "http or http2 (default: ${DEFAULT-VALUE}).")
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

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "Where identity and config are kept for the next start (default: nowhere).")
  private @Nullable Path state;

  @Option(
      names = "--certificate-life",
      defaultValue = "24h",
      converter = Durations.class,
      description = "How long certificates should live (default: ${DEFAULT-VALUE}).")
  private Duration certificateLife;

  @Option(names = "--stall", description = "Accept requests and never answer.")
  private boolean stall;

  @Option(names = "--log-ids", description = "Print the x-call-id of every request.")
  private boolean logIds;

  @Option(
      names = "--log-peers",
      description = "Print who connects, with the serial number of the certificate.")
  private boolean logPeers;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Member.Builder joining = Member.join(join).certificateLife(certificateLife);
    if (state != null) {
      joining.stateDirectory(state);
    }
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(ServeCommand::thread);
    Member member = joining.start();
    var ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  member.close();
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
    var service = new Member.Service(new Address(host, advertised), protocol, labels, weight);
    MeshServer server =
        member.serve(port, service, new EchoService(echo, timer), new Connections(out, logPeers));
    say(out, "ready port=" + server.port() + " service=" + member.name());
    ended.await();
    return 0;
  }

  private static void say(PrintWriter out, String line) {
    synchronized (out) {
      out.println(line);
      out.flush();
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "inmesh-echo-timer");
    thread.setDaemon(true);
    return thread;
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
