package io.inmesh.controlplane.config.model;

import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Locality;
import java.util.Map;

/**
 * Something that serves.
 *
 * @param service the service that a registered workload says it is of; empty for one that a file
 *     names
 * @param address an IP address, a DNS name, or the path of a Unix socket
 * @param port where it serves whatever port is called; 0 if that depends on the port
 * @param ports where it serves, by the name of the service's port
 * @param weight at least 1
 * @param account the name of its identity within the namespace; empty if it has none
 * @param mutualTls whether it takes mutual TLS
 */
public record Workload(
    String namespace,
    String service,
    String address,
    int port,
    Map<String, Integer> ports,
    Map<String, String> labels,
    Locality locality,
    int weight,
    String account,
    boolean mutualTls,
    Health health) {
  public Workload {
    ports = Map.copyOf(ports);
    labels = Map.copyOf(labels);
  }

  /** The same, not taking mutual TLS. */
  public Workload withoutMutualTls() {
    return new Workload(
        namespace, service, address, port, ports, labels, locality, weight, account, false, health);
  }

  /** Whether it carries all of these labels. */
  public boolean hasLabels(Map<String, String> wanted) {
    return labels.entrySet().containsAll(wanted.entrySet());
  }

  /** Where it serves a port of a service. */
  public int portFor(Service.Port of) {
    Integer named = ports.get(of.name());
    return named != null ? named : port != 0 ? port : of.target();
  }
}
