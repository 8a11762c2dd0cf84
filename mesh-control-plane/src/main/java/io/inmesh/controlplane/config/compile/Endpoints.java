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
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes endpoints of workloads. */
final class Endpoints {
  /** What Istio marks endpoints with that take mutual TLS. */
  static final Map<String, Object> TLS_MODE = Map.of("tlsMode", "istio");

  private static final Metadata MUTUAL =
      new Metadata(Map.of(Metadata.TRANSPORT_SOCKET_MATCH, TLS_MODE));

  private final LocalityPriorities priorities;
  private final boolean marked;

  /**
   * Endpoints as a caller prefers them.
   *
   * @param marked whether those that take mutual TLS are marked
   */
  Endpoints(LocalityPriorities priorities, boolean marked) {
    this.priorities = priorities;
    this.marked = marked;
  }

  /** Grouped by priority and locality, in the order of the workloads; priorities have no gaps. */
  EndpointSet of(String name, Port port, List<Workload> workloads) {
    var byDistance = new TreeMap<Integer, Map<Locality, List<Endpoint>>>();
    for (Workload workload : workloads) {
      byDistance
          .computeIfAbsent(priorities.of(workload), distance -> new LinkedHashMap<>())
          .computeIfAbsent(workload.locality(), locality -> new ArrayList<>())
          .add(endpoint(port, workload));
    }
    var localities = new ArrayList<LocalityEndpoints>();
    int priority = 0;
    for (Map<Locality, List<Endpoint>> group : byDistance.values()) {
      for (Map.Entry<Locality, List<Endpoint>> at : group.entrySet()) {
        List<Endpoint> endpoints = at.getValue();
        localities.add(new LocalityEndpoints(at.getKey(), weight(endpoints), priority, endpoints));
      }
      priority++;
    }
    return new EndpointSet(
        name, priorities.distribution().map(to -> distributed(localities, to)).orElse(localities));
  }

  /** The share of a pattern is divided among its localities; what no pattern covers is left out. */
  private static List<LocalityEndpoints> distributed(
      List<LocalityEndpoints> localities, Map<String, Integer> shares) {
    var weighed = new HashMap<Locality, LocalityEndpoints>();
    // The longest pattern says most, so that it is asked first.
    List<Map.Entry<String, Integer>> patterns =
        shares.entrySet().stream()
            .sorted(
                Comparator.comparingInt((Map.Entry<String, Integer> one) -> -one.getKey().length())
                    .thenComparing(Map.Entry::getKey))
            .toList();
    for (Map.Entry<String, Integer> pattern : patterns) {
      List<LocalityEndpoints> covered =
          localities.stream()
              .filter(one -> !weighed.containsKey(one.locality()))
              .filter(one -> LocalityPriorities.covers(pattern.getKey(), one.locality()))
              .toList();
      long sum = covered.stream().mapToLong(LocalityEndpoints::weight).sum();
      for (LocalityEndpoints one : covered) {
        int weight = (int) Math.ceil((double) one.weight() * pattern.getValue() / sum);
        weighed.put(
            one.locality(), new LocalityEndpoints(one.locality(), weight, 0, one.endpoints()));
      }
    }
    return localities.stream()
        .map(one -> Optional.ofNullable(weighed.get(one.locality())))
        .flatMap(Optional::stream)
        .toList();
  }

  private static int weight(List<Endpoint> endpoints) {
    long sum = endpoints.stream().mapToLong(Endpoint::weight).sum();
    return (int) Math.min(sum, Integer.MAX_VALUE);
  }

  private Endpoint endpoint(Port port, Workload workload) {
    int target = workload.port() < 0 ? -1 : workload.portFor(port);
    return new Endpoint(
        new Address(workload.address(), target),
        "",
        workload.weight(),
        workload.health(),
        marked && workload.mutualTls() ? MUTUAL : Metadata.EMPTY);
  }
}
