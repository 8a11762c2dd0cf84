package io.inmesh.cli.replay;

import io.inmesh.cli.replay.Replay.Tally;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.xds.json.ProtoJson;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
      names = "--live",
      description =
          "Play a sample for real: our control plane serves the recorded resources, a mesh calls"
              + " backends on sockets.")
  private boolean live;

  @Option(
      names = "--cases",
      defaultValue = "2000",
      paramLabel = "N",
      description = "With --live, how many of all files. Default: ${DEFAULT-VALUE}")
  private int cases;

  @Option(
      names = "--reference",
      paramLabel = "OUT",
      description = "With --live, where the sample goes as it was recorded, to compare with.")
  private @Nullable Path reference;

  @Option(
      names = "--move-ports",
      description = "With --live, backends listen on any ports instead of the recorded ones.")
  private boolean movePorts;

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
  public Integer call() throws Exception {
    if (live) {
      return playLive();
    }
    var json = new ProtoJson();
    String address = localAddress == null ? ProcessFacts.ownAddress() : localAddress;
    boolean complete = true;
    try (BufferedWriter writer = Files.newBufferedWriter(verdicts(), StandardCharsets.UTF_8)) {
      for (Path file : files) {
        complete &= replay(file, new Replay(json, address, seed), writer);
      }
    }
    return complete ? 0 : INCOMPLETE;
  }

  private Path verdicts() {
    return verdicts == null ? Path.of("verdicts.jsonl") : verdicts;
  }

  /** The cases come evenly from all files. */
  private int playLive() throws Exception {
    var ours = new ArrayList<String>();
    var recorded = new ArrayList<String>();
    int failed = 0;
    int missing = cases;
    for (int i = 0; i < files.size(); i++) {
      List<String> recording = Files.readAllLines(files.get(i));
      LiveReplay.Result result =
          new LiveReplay(new ProtoJson(), movePorts, seed)
              .play(recording, missing / (files.size() - i));
      ours.addAll(result.verdicts());
      recorded.addAll(result.reference());
      missing -= result.played();
      failed += result.failures().size();
      tell(files.get(i), result);
    }
    Files.write(verdicts(), ours);
    if (reference != null) {
      Files.write(reference, recorded);
    }
    return failed == 0 ? 0 : INCOMPLETE;
  }

  private void tell(Path file, LiveReplay.Result result) {
    if (spec != null) {
      spec.commandLine().getOut().printf("%s: %d requests played%n", file, result.played());
      result.failures().forEach(each -> spec.commandLine().getErr().println("NOT RUN: " + each));
    }
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
}
