package io.inmesh.controlplane.config.istio;

import io.inmesh.controlplane.config.yaml.Value;
import java.time.Duration;

/** Rules for durations. */
final class Timing {
  private Timing() {}

  /** A duration of at least a millisecond, as Istio demands everywhere. */
  static Duration positive(Value value) {
    Duration duration = value.duration();
    if (duration.toNanos() < 1_000_000) {
      value.error("must be at least 1ms");
    }
    return duration;
  }
}
