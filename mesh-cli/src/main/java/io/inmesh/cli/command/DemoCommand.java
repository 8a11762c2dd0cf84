package io.inmesh.cli.command;

import io.inmesh.cli.demo.Demo;
import io.inmesh.cli.demo.Show;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code inmesh demo}: the shop, with a live table; with {@code --check}, keeps the mesh's promises
 * before the eyes of the user.
 */
@Command(
    name = "demo",
    description =
        "Starts a control plane and a shop of separate processes on this machine, and shows who"
            + " calls whom until it is ended; or checks that the mesh keeps its promises.",
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  /** Held, because a logger that nobody holds forgets its level. */
  private static final Logger LOG = Logger.getLogger("io.inmesh");

  @Spec private CommandSpec spec;

  @Option(
      names = "--check",
      description =
          "Try every promise once, with the measured figure; exit code 1 if one is broken.")
  private boolean check;

  @Option(
      names = "--full",
      description = "Take longer where time matters: certificates rotate for five minutes.")
  private boolean full;

  @Option(
      names = "--only",
      paramLabel = "WORD",
      description = "Only promises whose text holds this word.",
      defaultValue = "")
  private String only;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      converter = Durations.class,
      defaultValue = "0s",
      description = "End the live table after this time (default: on Ctrl-C).")
  private Duration time;

  @Override
  public Integer call() throws Exception {
    // What the meshes in this process would say stands between the lines that are asked for.
    LOG.setLevel(Level.WARNING);
    if (!check) {
      if (full || !only.isEmpty()) {
        throw new ParameterException(spec.commandLine(), "--full and --only go with --check");
      }
      new Show(spec.commandLine().getOut(), Ansi.AUTO.enabled()).run(time);
      return 0;
    }
    var demo = new Demo(spec.commandLine().getOut(), full, only);
    if (!demo.promisesAnything()) {
      throw new ParameterException(
          spec.commandLine(), "--only: no promise has \"" + only + "\" in its text");
    }
    return demo.run();
  }
}
