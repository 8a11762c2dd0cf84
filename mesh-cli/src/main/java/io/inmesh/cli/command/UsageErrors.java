package io.inmesh.cli.command;

import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Turns what is wrong with options into errors of usage: exit code 2, with the synopsis. */
final class UsageErrors {
  private UsageErrors() {}

  /** What the value of an option is read as. */
  static <T> T of(CommandSpec spec, String option, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), option + ": " + wrong.getMessage(), wrong);
    }
  }

  /** Refuses a number that is too small. */
  static void atLeast(CommandSpec spec, String option, long value, long least) {
    if (value < least) {
      throw new ParameterException(
          spec.commandLine(), option + ": must be at least " + least + ", not " + value);
    }
  }
}
