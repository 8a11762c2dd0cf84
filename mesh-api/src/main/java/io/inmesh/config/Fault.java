package io.inmesh.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Faults on purpose. Source: envoy.extensions.filters.http.fault.v3.HTTPFault. Routes have settings
 * of the same type.
 *
 * @param upstreamCluster empty for any
 * @param headers all must match
 * @param downstreamNodes values of x-envoy-downstream-service-node; none for any
 * @param maxActiveFaults at once; empty for no limit
 * @param keys of run-time values that replace these settings
 * @param metadata is told of the call, in the namespace of the filter, once it is delayed or
 *     aborted
 */
public record Fault(
    Optional<Delay> delay,
    Optional<Abort> abort,
    Optional<ResponseRate> responseRate,
    String upstreamCluster,
    List<HeaderMatcher> headers,
    List<String> downstreamNodes,
    Optional<Integer> maxActiveFaults,
    Keys keys,
    Map<String, Object> metadata)
    implements Extension {
  /** The type of these settings. */
  public static final String TYPE = "envoy.extensions.filters.http.fault.v3.HTTPFault";

  public Fault {
    headers = List.copyOf(headers);
    downstreamNodes = List.copyOf(downstreamNodes);
    metadata = Map.copyOf(metadata);
  }

  /** With the keys that Envoy has for all faults, and no metadata. */
  public Fault(
      Optional<Delay> delay,
      Optional<Abort> abort,
      Optional<ResponseRate> responseRate,
      String upstreamCluster,
      List<HeaderMatcher> headers,
      List<String> downstreamNodes,
      Optional<Integer> maxActiveFaults) {
    this(
        delay,
        abort,
        responseRate,
        upstreamCluster,
        headers,
        downstreamNodes,
        maxActiveFaults,
        Keys.DEFAULT,
        Map.of());
  }

  /** Keys of run-time values. */
  public record Keys(
      String delayShare,
      String delayMillis,
      String abortShare,
      String httpStatus,
      String grpcStatus,
      String maxActive,
      String rateShare) {
    /** Where config names none. */
    public static final Keys DEFAULT =
        new Keys(
            "fault.http.delay.fixed_delay_percent",
            "fault.http.delay.fixed_duration_ms",
            "fault.http.abort.abort_percent",
            "fault.http.abort.http_status",
            "fault.http.abort.grpc_status",
            "fault.http.max_active_faults",
            "fault.http.rate_limit.response_percent");
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
