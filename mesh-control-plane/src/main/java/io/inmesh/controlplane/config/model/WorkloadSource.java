package io.inmesh.controlplane.config.model;

import java.util.List;

/** The workloads that are registered now. */
public interface WorkloadSource {
  /** Nobody. */
  WorkloadSource NONE = List::of;

  /** All of them; the order does not matter. Each names its {@code service}. */
  List<Registered> workloads();

  /**
   * A registered workload.
   *
   * @param protocol what it speaks
   */
  record Registered(Workload workload, Protocol protocol) {}
}
