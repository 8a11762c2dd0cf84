package io.inmesh.cli.command;

import io.inmesh.call.Headers;
import java.util.List;

/** Header fields as curl takes them. */
final class RequestHeaders {
  private RequestHeaders() {}

  /**
   * Reads fields.
   *
   * @throws IllegalArgumentException if one is not {@code NAME: VALUE}
   */
  static Headers of(List<String> lines) {
    var fields = new Headers();
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new IllegalArgumentException("not NAME: VALUE: " + line);
      }
      fields.add(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
    }
    return fields.freeze();
  }
}
