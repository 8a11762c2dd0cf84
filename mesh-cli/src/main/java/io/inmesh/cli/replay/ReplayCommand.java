package io.inmesh.cli.replay;

import io.inmesh.cli.replay.Replay.Tally;
import io.inmesh.xds.json.ProtoJson;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Decides recorded requests again, with the code that serves real ones. */
@Command(
    name = "replay",
    description = "Decide the requests of recordings and write the recordings with our answers.",
    mixinStandardHelpOptions = true)
public final class ReplayCommand implements Callable<Integer> {
  private static final int INCOMPLETE = 3;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "JSON lines, as recorded.")
  private List<Path> files = List.of();

  @Option(names = "--verdicts", required = true, paramLabel = "OUT", description = "Where to.")
  private @Nullable Path verdicts;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description =
          "Of all draws; the same seed gives the same verdicts. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--local-address",
      paramLabel = "IP",
      description = "What stands for this host in x-forwarded-for. Default: its first address.")
  private @Nullable String localAddress;

  @Override
  public Integer call() throws IOException {
    var json = new ProtoJson();
    String address = localAddress == null ? firstAddress() : localAddress;
    boolean complete = true;
    Path out = verdicts == null ? Path.of("verdicts.jsonl") : verdicts;
    try (BufferedWriter writer = Files.newBufferedWriter(out, StandardCharsets.UTF_8)) {
      for (Path file : files) {
        complete &= replay(file, new Replay(json, address, seed), writer);
      }
    }
    return complete ? 0 : INCOMPLETE;
  }

  private boolean replay(Path file, Replay replay, BufferedWriter out) throws IOException {
    int number = 0;
    try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        if (!line.isBlank()) {
          out.write(replay.line(line));
          out.newLine();
        }
      }
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException(file + ":" + number + ": " + wrong.getMessage(), wrong);
    }
    return tell(file, replay.tally());
  }

  private boolean tell(Path file, Tally tally) {
    if (spec != null) {
      spec.commandLine()
          .getOut()
          .printf(
              "%s: %d configs, %d refused; %d requests decided, %d not%n",
              file, tally.configs, tally.refused, tally.cases - tally.failed, tally.failed);
      if (tally.failed > 0) {
        spec.commandLine().getErr().println("NOT RUN: " + tally.firstFailure);
      }
    }
    return tally.failed == 0;
  }

  /** The first IPv4 address that is not a loopback one, which Envoy takes for its own. */
  private static String firstAddress() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .filter(network -> !network.getName().startsWith("lo"))
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
        .map(InetAddress::getHostAddress)
        .findFirst()
        .orElse("127.0.0.1");
  }
}
