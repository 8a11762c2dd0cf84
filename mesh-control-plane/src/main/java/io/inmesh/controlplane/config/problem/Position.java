package io.inmesh.controlplane.config.problem;

import io.inmesh.controlplane.config.problem.Problem.Severity;

/**
 * A place in a configuration file. The components are those of {@link Problem}.
 *
 * @param line from 1; 0 for the file as a whole
 * @param column from 1; 0 for the file as a whole
 */
public record Position(String file, int line, int column, String resource, String field) {
  /** {@code file:line}. */
  public String place() {
    return line > 0 ? file + ":" + line : file;
  }

  /** A problem at this place. */
  public Problem problem(Severity severity, String message) {
    return new Problem(file, line, column, resource, field, message, severity);
  }
}
