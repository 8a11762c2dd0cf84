package io.inmesh.cli;

import io.inmesh.cli.command.CallCommand;
import io.inmesh.cli.command.CertCommand;
import io.inmesh.cli.command.CertsCommand;
import io.inmesh.cli.command.ControlPlaneCommand;
import io.inmesh.cli.command.DemoCommand;
import io.inmesh.cli.command.ExplainCommand;
import io.inmesh.cli.command.FloodCommand;
import io.inmesh.cli.command.ServeCommand;
import io.inmesh.cli.command.ServicesCommand;
import io.inmesh.cli.command.StatusCommand;
import io.inmesh.cli.command.ValidateCommand;
import io.inmesh.cli.replay.ReplayCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command inmesh. Exit codes: 0 fine, 1 it did not work, 2 wrong usage, 3 something could not
 * be run.
 */
@Command(
    name = "inmesh",
    description = "A service mesh inside the Java process.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ControlPlaneCommand.class,
      CallCommand.class,
      ServeCommand.class,
      CertCommand.class,
      DemoCommand.class,
      ExplainCommand.class,
      ValidateCommand.class,
      StatusCommand.class,
      ServicesCommand.class,
      CertsCommand.class,
      ReplayCommand.class,
      FloodCommand.class
    })
public final class Main implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  static int run(String... arguments) {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println("inmesh: " + ErrorText.of(failure));
              return 1;
            })
        .execute(arguments);
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"inmesh " + (version == null ? "development" : version)};
    }
  }
}
