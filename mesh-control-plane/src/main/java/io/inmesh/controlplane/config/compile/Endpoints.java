package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Address;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.LocalityEndpoints;
import io.inmesh.config.Locality;
import io.inmesh.config.Metadata;
import io.inmesh.controlplane.config.model.Service.Port;
import io.inmesh.controlplane.config.model.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes endpoints of workloads. */
final class Endpoints {
  /** What Istio marks endpoints with that take mutual TLS. */
  static final Map<String, Object> TLS_MODE = Map.of("tlsMode", "istio");

  private static final Metadata MUTUAL =
      new Metadata(Map.of(Metadata.TRANSPORT_SOCKET_MATCH, TLS_MODE));

  private Endpoints() {}

  /**
   * Grouped by locality, in the order of the workloads, all of priority 0.
   *
   * @param marked whether those that take mutual TLS are marked
   */
  static EndpointSet of(String name, Port port, List<Workload> workloads, boolean marked) {
    var groups = new LinkedHashMap<Locality, List<Endpoint>>();
    for (Workload workload : workloads) {
      groups
          .computeIfAbsent(workload.locality(), locality -> new ArrayList<>())
          .add(endpoint(port, workload, marked));
    }
    var localities = new ArrayList<LocalityEndpoints>();
    groups.forEach(
        (locality, endpoints) ->
            localities.add(new LocalityEndpoints(locality, weight(endpoints), 0, endpoints)));
    return new EndpointSet(name, localities);
  }

  private static int weight(List<Endpoint> endpoints) {
    long sum = endpoints.stream().mapToLong(Endpoint::weight).sum();
    return (int) Math.min(sum, Integer.MAX_VALUE);
  }

  private static Endpoint endpoint(Port port, Workload workload, boolean marked) {
    int target = workload.port() < 0 ? -1 : workload.portFor(port);
    return new Endpoint(
        new Address(workload.address(), target),
        "",
        workload.weight(),
        workload.health(),
        marked && workload.mutualTls() ? MUTUAL : Metadata.EMPTY);
  }
}
