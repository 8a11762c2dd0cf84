package io.inmesh.cli.command;

import io.inmesh.controlplane.config.Validation;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.runtime.admin.JsonText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code inmesh validate}: what is wrong with configuration, without a control plane. */
@Command(
    name = "validate",
    description =
        "Says what is wrong with mesh.yaml files, Istio resources and xDS resources (proto-JSON or"
            + " YAML), taken together. Exit code 0 if nothing is, 1 for errors, 2 for wrong usage.",
    mixinStandardHelpOptions = true)
public final class ValidateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files, or directories of them.")
  private List<Path> files = List.of();

  @Option(names = "--strict", description = "Warnings count as errors.")
  private boolean strict;

  @Option(names = "--json", description = "JSON instead of text.")
  private boolean json;

  @Override
  public Integer call() {
    List<Problem> problems = Validation.validate(files);
    long errors = problems.stream().filter(Problem::isError).count();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      long warnings = problems.size() - errors;
      out.println(
          JsonText.lines(Map.of("errors", errors, "warnings", warnings, "problems", problems)));
    } else {
      problems.forEach(out::println);
      out.println(errors + " errors, " + (problems.size() - errors) + " warnings");
    }
    out.flush();
    return errors > 0 || (strict && !problems.isEmpty()) ? 1 : 0;
  }
}
