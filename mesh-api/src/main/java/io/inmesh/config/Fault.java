package io.inmesh.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Faults on purpose. Source: envoy.extensions.filters.http.fault.v3.HTTPFault. Routes have settings
 * of the same type.
 *
 * @param upstreamCluster empty for any
 * @param headers all must match
 * @param downstreamNodes values of x-envoy-downstream-service-node; none for any
 * @param maxActiveFaults at once; empty for no limit
 */
public record Fault(
    Optional<Delay> delay,
    Optional<Abort> abort,
    Optional<ResponseRate> responseRate,
    String upstreamCluster,
    List<HeaderMatcher> headers,
    List<String> downstreamNodes,
    Optional<Integer> maxActiveFaults)
    implements Extension {
  /** The type of these settings. */
  public static final String TYPE = "envoy.extensions.filters.http.fault.v3.HTTPFault";

  public Fault {
    headers = List.copyOf(headers);
    downstreamNodes = List.copyOf(downstreamNodes);
  }

  @Override
  public String type() {
    return TYPE;
  }

  /**
   * A delay before the request goes on.
   *
   * @param fixed empty: x-envoy-fault-delay-request tells it
   */
  public record Delay(Optional<Duration> fixed, FractionalPercent share) {}

  /**
   * An answer in place of the request.
   *
   * @param httpStatus or
   * @param grpcStatus or, if both are empty, x-envoy-fault-abort-request or
   *     x-envoy-fault-abort-grpc-request tells it
   */
  public record Abort(
      Optional<Integer> httpStatus, Optional<Integer> grpcStatus, FractionalPercent share) {}

  /**
   * A slow response.
   *
   * @param kibPerSecond empty: x-envoy-fault-throughput-response tells it
   */
  public record ResponseRate(Optional<Long> kibPerSecond, FractionalPercent share) {}
}
