package io.inmesh.config;

import java.util.Optional;

/**
 * Holds a request back until it is complete. Source:
 * envoy.extensions.filters.http.buffer.v3.Buffer.
 *
 * @param maxBytes of the body; a larger one is answered with 413
 */
public record Buffer(long maxBytes) implements Extension {
  /** The type of these settings. */
  public static final String TYPE = "envoy.extensions.filters.http.buffer.v3.Buffer";

  @Override
  public String type() {
    return TYPE;
  }

  /**
   * What a route says instead.
   *
   * @param buffer empty: the filter does nothing on this route
   */
  public record PerRoute(Optional<Buffer> buffer) implements Extension {
    /** The type of these settings. */
    public static final String TYPE = "envoy.extensions.filters.http.buffer.v3.BufferPerRoute";

    @Override
    public String type() {
      return TYPE;
    }
  }
}
