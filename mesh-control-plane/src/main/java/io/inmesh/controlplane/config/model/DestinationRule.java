package io.inmesh.controlplane.config.model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How a service is reached.
 *
 * @param host fully qualified; may begin with {@code *.}
 * @param exportTo namespaces whose callers it holds for; {@code *} for all
 * @param workloadSelector labels of the callers it holds for; empty for all
 */
public record DestinationRule(
    Origin origin,
    String host,
    TrafficPolicy policy,
    List<Subset> subsets,
    Set<String> exportTo,
    Map<String, String> workloadSelector) {
  public DestinationRule {
    subsets = List.copyOf(subsets);
    exportTo = Set.copyOf(exportTo);
    workloadSelector = Map.copyOf(workloadSelector);
  }

  /** All it says of TLS. */
  public Stream<TrafficPolicy.ClientTls> allTls() {
    return policies().flatMap(one -> one.tls().stream());
  }

  /** All its policies: for the host, its subsets, and ports of both. */
  public Stream<TrafficPolicy> policies() {
    return Stream.concat(Stream.of(policy), subsets.stream().map(Subset::policy))
        .flatMap(one -> Stream.concat(Stream.of(one), one.ports().values().stream()));
  }

  /** The workloads of the service that carry all these labels. */
  public record Subset(String name, Map<String, String> labels, TrafficPolicy policy) {
    public Subset {
      labels = Map.copyOf(labels);
    }
  }
}
