package io.inmesh.runtime.route;

import io.inmesh.call.Headers;

/**
 * An answer that the mesh gives itself.
 *
 * @param headers beside what every local reply has
 * @param details where it came from, in Envoy's words
 */
public record LocalReply(int status, Headers headers, String body, String details) {
  /** The same with headers that can be written to. */
  public LocalReply copy() {
    return new LocalReply(status, headers.copy(), body, details);
  }
}
