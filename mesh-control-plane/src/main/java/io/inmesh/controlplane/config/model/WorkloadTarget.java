package io.inmesh.controlplane.config.model;

import java.util.Map;

/**
 * Which workloads a policy is for.
 *
 * @param namespace the root namespace stands for all
 * @param labels that they carry; empty for any
 * @param service the service that they say they are of; empty for any
 */
public record WorkloadTarget(String namespace, Map<String, String> labels, String service) {
  public WorkloadTarget {
    labels = Map.copyOf(labels);
  }

  /** Whether it is for all workloads of its namespace. */
  public boolean isWide() {
    return labels.isEmpty() && service.isEmpty();
  }

  /** Whether it is for a workload. */
  public boolean covers(
      String rootNamespace, String inNamespace, String ofService, Map<String, String> with) {
    return (namespace.equals(inNamespace) || namespace.equals(rootNamespace))
        && (service.isEmpty() || service.equals(ofService))
        && with.entrySet().containsAll(labels.entrySet());
  }
}
