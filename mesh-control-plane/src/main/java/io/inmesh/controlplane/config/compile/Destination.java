package io.inmesh.controlplane.config.compile;

import io.inmesh.controlplane.config.model.Service;
import io.inmesh.controlplane.config.model.Workload;
import java.util.List;
import java.util.Map;

/**
 * A service with all that serves it.
 *
 * @param workloads in a fixed order
 * @param accounts the identities of its workloads: namespace and name, joined by a slash, sorted
 */
record Destination(Service service, List<Workload> workloads, List<String> accounts) {
  Destination {
    workloads = List.copyOf(workloads);
    accounts = List.copyOf(accounts);
  }

  /** The same with these ports only. */
  Destination withPorts(List<Service.Port> ports) {
    return new Destination(service.withPorts(ports), workloads, accounts);
  }

  /** Those of its workloads that carry these labels. */
  List<Workload> workloads(Map<String, String> labels) {
    return labels.isEmpty()
        ? workloads
        : workloads.stream().filter(workload -> workload.hasLabels(labels)).toList();
  }
}
