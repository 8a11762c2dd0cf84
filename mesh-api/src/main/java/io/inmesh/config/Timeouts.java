package io.inmesh.config;

import java.time.Duration;
import java.util.Optional;

/**
 * A route's limits of time. Zero means none.
 *
 * @param response for the whole exchange up to the end of the response, all attempts together; 15 s
 *     by default
 * @param idle without a byte in either direction; empty for the listener's
 * @param maxStream max_stream_duration; where it is given, even without a value, {@code response}
 *     does not count
 * @param maxGrpc the deprecated max_grpc_timeout
 * @param grpcOffset the deprecated grpc_timeout_offset
 */
public record Timeouts(
    Duration response,
    Optional<Duration> idle,
    Optional<MaxStream> maxStream,
    Optional<Duration> maxGrpc,
    Duration grpcOffset) {
  /** Envoy's defaults. */
  public static final Timeouts DEFAULT =
      new Timeouts(
          Duration.ofSeconds(15),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Duration.ZERO);

  /** Source: envoy.config.route.v3.RouteAction.MaxStreamDuration. */
  public record MaxStream(
      Optional<Duration> max, Optional<Duration> grpcHeaderMax, Duration grpcHeaderOffset) {}

  /** The same with another response timeout. */
  public Timeouts withResponse(Duration value) {
    return new Timeouts(value, idle, maxStream, maxGrpc, grpcOffset);
  }
}
