package io.inmesh.benchmarks.client;

import io.inmesh.runtime.observe.Telemetry;
import io.inmesh.runtime.observe.micrometer.MicrometerMeters;
import io.inmesh.runtime.observe.opentelemetry.OpenTelemetryTracing;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;

/**
 * What a measured mesh tells of its calls: meters in a registry for Prometheus, and a W3C trace
 * context on every request, of traces that are not sampled. The word {@code telemetry=off} switches
 * it off.
 */
final class MeasuredTelemetry {
  private MeasuredTelemetry() {}

  static Telemetry of(Target target) {
    if (target.word("telemetry", "on").equals("off")) {
      return Telemetry.NONE;
    }
    var propagators = ContextPropagators.create(W3CTraceContextPropagator.getInstance());
    var settings =
        new OpenTelemetryTracing.Settings(OpenTelemetryTracing.Settings.DEFAULT.forms(), 0);
    return Telemetry.NONE
        .withMeters(new MicrometerMeters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)))
        .withTracing(new OpenTelemetryTracing(OpenTelemetry.propagating(propagators), settings));
  }
}
