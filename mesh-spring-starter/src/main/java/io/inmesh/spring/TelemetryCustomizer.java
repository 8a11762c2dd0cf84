package io.inmesh.spring;

import io.inmesh.runtime.observe.Telemetry;

/**
 * Adds to what the mesh tells of its calls. Beans of this type are asked in their order, each with
 * what the one before has made.
 */
@FunctionalInterface
public interface TelemetryCustomizer {
  /** The same telemetry with what is to be added. */
  Telemetry customize(Telemetry telemetry);
}
