package io.inmesh.runtime.cluster;

import io.inmesh.config.Action.Priority;
import io.inmesh.config.CircuitBreakers;

/** Admission to one cluster, apart for each priority. Outlives updates. */
final class Limits {
  private final Admission normal;
  private final Admission high;

  Limits(CircuitBreakers breakers) {
    normal = new Admission(breakers.normal());
    high = new Admission(breakers.high());
  }

  /** On the cluster's writer. */
  void update(CircuitBreakers breakers) {
    normal.thresholds(breakers.normal());
    high.thresholds(breakers.high());
  }

  Admission of(Priority priority) {
    return priority == Priority.HIGH ? high : normal;
  }
}
