package io.inmesh.runtime.observe;

import io.inmesh.call.AccessLogSettings;
import io.inmesh.call.LogSink;
import java.util.Optional;

/**
 * What is told of calls, and to whom. All of it is the application's own; nothing is global.
 *
 * @param meters for instance {@link io.inmesh.runtime.observe.micrometer.MicrometerMeters}
 * @param tracing {@link Tracing#NONE} passes on what the application has put into its headers
 * @param accessLog none by default
 * @param mostSeries how many sets of labels istio_* metrics may have; what comes later is counted
 *     together, as unknown
 */
public record Telemetry(
    Optional<MeterExport> meters, Tracing tracing, Optional<Log> accessLog, int mostSeries) {
  /** Nothing is told. */
  public static final Telemetry NONE =
      new Telemetry(Optional.empty(), Tracing.NONE, Optional.empty(), 5_000);

  /** An access log; its sink is closed with the mesh. */
  public record Log(AccessLogSettings settings, LogSink sink) {}

  /** The same with meters. */
  public Telemetry withMeters(MeterExport value) {
    return new Telemetry(Optional.of(value), tracing, accessLog, mostSeries);
  }

  /** The same with spans. */
  public Telemetry withTracing(Tracing value) {
    return new Telemetry(meters, value, accessLog, mostSeries);
  }

  /** The same with an access log. */
  public Telemetry withAccessLog(AccessLogSettings settings, LogSink sink) {
    return new Telemetry(meters, tracing, Optional.of(new Log(settings, sink)), mostSeries);
  }

  /** The same with another limit of sets of labels. */
  public Telemetry withMostSeries(int value) {
    return new Telemetry(meters, tracing, accessLog, value);
  }
}
