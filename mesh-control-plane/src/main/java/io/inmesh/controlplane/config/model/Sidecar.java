package io.inmesh.controlplane.config.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the workloads of a namespace see of the mesh. Source: networking.istio.io Sidecar.
 *
 * @param labels of the workloads; empty for all of the namespace, and in the root namespace for
 *     those of every namespace
 * @param egress what they see; empty for everything
 * @param registryOnly whether calls elsewhere are refused; empty if nothing is said
 */
public record Sidecar(
    Origin origin,
    Map<String, String> labels,
    List<Egress> egress,
    Optional<Boolean> registryOnly) {
  public Sidecar {
    labels = Map.copyOf(labels);
    egress = List.copyOf(egress);
  }

  /**
   * Destinations.
   *
   * @param port of services; 0 for all
   */
  public record Egress(int port, List<Import> imports) {
    public Egress {
      imports = List.copyOf(imports);
    }
  }

  /**
   * Hosts of namespaces.
   *
   * @param namespace {@code *} for all, {@code .} for the workload's own, {@code ~} for none
   * @param host may be {@code *} or begin with {@code *.}
   */
  public record Import(String namespace, String host) {}
}
