package io.inmesh.controlplane.config.model;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A destination with a name.
 *
 * @param host fully qualified, lower case; may begin with {@code *.}
 * @param external outside the mesh: no identity, no mutual TLS of its own accord
 * @param addresses virtual IP addresses, or ranges
 * @param subjectAltNames what its servers' certificates must say; empty for the identities of its
 *     workloads
 * @param selector labels of the workloads that serve it; empty to take {@code endpoints}
 * @param endpoints what stands in its own definition
 * @param exportTo namespaces that see it; {@code *} for all
 * @param defaults what holds where nothing is configured
 */
public record Service(
    Origin origin,
    String host,
    List<Port> ports,
    Resolution resolution,
    boolean external,
    List<String> addresses,
    List<String> subjectAltNames,
    Map<String, String> selector,
    List<Workload> endpoints,
    Set<String> exportTo,
    Defaults defaults) {
  public Service {
    ports = List.copyOf(ports);
    addresses = List.copyOf(addresses);
    subjectAltNames = List.copyOf(subjectAltNames);
    selector = Map.copyOf(selector);
    endpoints = List.copyOf(endpoints);
    exportTo = Set.copyOf(exportTo);
  }

  /** The same with these ports only. */
  public Service withPorts(List<Port> only) {
    return new Service(
        origin,
        host,
        only,
        resolution,
        external,
        addresses,
        subjectAltNames,
        selector,
        endpoints,
        exportTo,
        defaults);
  }

  /** The namespace that it is defined in. */
  public String namespace() {
    return origin.namespace();
  }

  /**
   * A port.
   *
   * @param target the port of the workload where it does not say otherwise itself
   */
  public record Port(int number, String name, Protocol protocol, int target) {}

  /** How its servers are found. */
  public enum Resolution {
    /** By the address that the caller used. */
    NONE,
    /** They are known. */
    STATIC,
    /** All addresses of a DNS name. */
    DNS,
    /** One address of a DNS name at a time. */
    DNS_ROUND_ROBIN,
    /** The host of each request is looked up. */
    DYNAMIC_DNS
  }

  /** Which defaults hold. */
  public enum Defaults {
    /** Those of Istio. */
    ISTIO,
    /** Those of {@code mesh.yaml}. */
    INMESH
  }
}
