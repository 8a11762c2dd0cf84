package io.inmesh.cli.load;

import io.inmesh.call.Outcome;
import io.inmesh.call.Response;
import java.util.Optional;

/**
 * One call that has ended.
 *
 * @param ordinal from 0, in order of starting
 * @param startNanos when it began
 * @param nanos how long it took
 * @param response empty if there was none
 * @param failure why there was none; empty if there was one
 */
public record Sample(
    long ordinal,
    long startNanos,
    long nanos,
    Optional<Response> response,
    String failure,
    Outcome outcome) {
  /** The status; 0 if there was no response. */
  public int status() {
    return response.map(Response::status).orElse(0);
  }

  /** Whether it came back with a status below 400. */
  public boolean succeeded() {
    return response.isPresent() && status() < 400;
  }

  /** A response header, or empty. */
  public String header(String name) {
    return response.map(it -> it.headers().get(name)).orElse("");
  }
}
