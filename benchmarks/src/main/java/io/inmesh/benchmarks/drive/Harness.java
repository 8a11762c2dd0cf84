package io.inmesh.benchmarks.drive;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The side-by-side comparison of whole clients. */
@Command(
    name = "clients",
    description = "Measures whole clients over loopback in interleaved rounds.",
    mixinStandardHelpOptions = true)
public final class Harness implements java.util.concurrent.Callable<Integer> {
  /** What a run ends with that had to leave something out. */
  static final int NOT_RUN = 3;

  @Option(names = "--quick", description = "The five-minute subset.")
  private boolean quick;

  @Option(names = "--brief", description = "As short as can be; the figures mean nothing.")
  private boolean brief;

  @Option(names = "--only", defaultValue = "", description = "Labels that fit this expression.")
  private String only;

  @Option(
      names = "--rounds",
      defaultValue = "0",
      description = "How many; otherwise as the set says.")
  private int rounds;

  @Option(
      names = "--envoy",
      defaultValue = "",
      description = "The binary; otherwise from the path.")
  private String envoy;

  @Option(names = "--out", defaultValue = "", description = "The file for results, appended to.")
  private String out;

  /** Runs it and ends the process. */
  public static void main(String[] arguments) {
    // What a user says comes after what the script says.
    var command = new CommandLine(new Harness()).setOverwrittenOptionsAllowed(true);
    System.exit(command.execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    PrintStream console = System.out;
    Rounds.Pace pace = brief ? Rounds.Pace.BRIEF : quick ? Rounds.Pace.QUICK : Rounds.Pace.FULL;
    if (rounds > 0) {
      pace = new Rounds.Pace(rounds, pace.warmWindows(), pace.warmSeconds(), pace.seconds());
    }
    var file =
        Path.of(
            out.isEmpty()
                ? "benchmarks/results/" + LocalDate.now(ZoneOffset.UTC) + "-clients.jsonl"
                : out);
    Path program = Envoys.find(envoy, System.getenv("PATH")).orElse(null);
    try (var results = new Results(file);
        var scene = new Scene(program, Path.of("benchmarks/target/logs"));
        var turns = new Rounds(scene, pace, results, console)) {
      results.write("machine", Machine.now());
      boolean all = turns.run(chosen());
      console.println("results in " + file);
      return all ? 0 : NOT_RUN;
    }
  }

  private List<Contestant> chosen() {
    Pattern wanted = Pattern.compile(only);
    return Contestant.all().stream()
        .filter(it -> only.isEmpty() ? !quick || it.quick() : wanted.matcher(it.label()).find())
        .toList();
  }
}
