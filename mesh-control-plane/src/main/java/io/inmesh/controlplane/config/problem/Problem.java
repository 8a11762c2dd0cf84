package io.inmesh.controlplane.config.problem;

/**
 * Something wrong, or doubtful, in a configuration file.
 *
 * @param file as it was named to the reader
 * @param line from 1; 0 if the problem is with the file as a whole
 * @param column from 1; 0 if the problem is with the file as a whole
 * @param resource kind, namespace and name, for instance {@code VirtualService shop/reviews}; empty
 *     if the problem is not within a resource
 * @param field the path from the resource down, for instance {@code spec.http[0].timeout}; may be
 *     empty
 */
public record Problem(
    String file,
    int line,
    int column,
    String resource,
    String field,
    String message,
    Severity severity) {
  /** How bad it is. */
  public enum Severity {
    /** The configuration is refused. */
    ERROR,
    /** The configuration is taken, but perhaps it does not do what its author thinks. */
    WARNING
  }

  /** Whether it makes the configuration invalid. */
  public boolean isError() {
    return severity == Severity.ERROR;
  }

  /** One line: {@code file:line:column: error: resource: field: message}. */
  @Override
  public String toString() {
    var text = new StringBuilder(file);
    if (line > 0) {
      text.append(':').append(line).append(':').append(column);
    }
    text.append(isError() ? ": error: " : ": warning: ");
    if (!resource.isEmpty()) {
      text.append(resource).append(": ");
    }
    if (!field.isEmpty()) {
      text.append(field).append(": ");
    }
    return text.append(message).toString();
  }
}
