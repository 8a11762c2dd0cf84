package io.inmesh.controlplane.config.compile;

import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.Service;
import io.inmesh.controlplane.config.model.Sidecar;
import io.inmesh.controlplane.config.model.Sidecar.Egress;
import io.inmesh.controlplane.config.model.Sidecar.Import;
import io.inmesh.controlplane.config.model.VirtualService;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a caller sees of the mesh: of what is exported to it, that which its Sidecar lets in. One
 * that names its workload comes first, then that of its namespace, then that of the root namespace.
 */
final class Imports {
  private final String namespace;
  private final Optional<Sidecar> sidecar;
  private final boolean registryOnly;

  Imports(MeshModel model, NodeView view) {
    this.namespace = view.namespace();
    List<Sidecar> oldest =
        model.sidecars().stream().sorted(Comparator.comparing(Sidecar::origin)).toList();
    this.sidecar =
        first(
                oldest,
                one ->
                    !one.labels().isEmpty()
                        && isOf(one, namespace)
                        && view.labels().entrySet().containsAll(one.labels().entrySet()))
            .or(() -> first(oldest, one -> one.labels().isEmpty() && isOf(one, namespace)))
            .or(
                () ->
                    first(
                        oldest,
                        one ->
                            one.labels().isEmpty() && isOf(one, model.settings().rootNamespace())));
    this.registryOnly =
        sidecar.flatMap(Sidecar::registryOnly).orElse(model.config().registryOnly());
  }

  private static Optional<Sidecar> first(List<Sidecar> all, Predicate<Sidecar> which) {
    return all.stream().filter(which).findFirst();
  }

  private static boolean isOf(Sidecar one, String namespace) {
    return one.origin().namespace().equals(namespace);
  }

  /** Whether calls to what it does not see are refused. */
  boolean registryOnly() {
    return registryOnly;
  }

  private List<Egress> egress() {
    return sidecar.map(Sidecar::egress).orElse(List.of());
  }

  /** What the caller sees of a service: all ports, those that it imports, or nothing. */
  Optional<Destination> of(Destination to) {
    if (egress().isEmpty()) {
      return Optional.of(to);
    }
    Service service = to.service();
    List<Service.Port> ports =
        service.ports().stream()
            .filter(
                port ->
                    egress().stream()
                        .filter(one -> one.port() == 0 || one.port() == port.number())
                        .anyMatch(one -> has(one, service.namespace(), service.host())))
            .toList();
    if (ports.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(ports.size() == service.ports().size() ? to : to.withPorts(ports));
  }

  /** Whether the caller sees routes. */
  boolean has(VirtualService routes) {
    return egress().isEmpty()
        || egress().stream()
            .anyMatch(
                one ->
                    routes.hosts().stream()
                        .anyMatch(host -> has(one, routes.origin().namespace(), host)));
  }

  private boolean has(Egress egress, String of, String host) {
    return egress.imports().stream().anyMatch(one -> has(one, of, host));
  }

  private boolean has(Import one, String of, String host) {
    boolean place =
        switch (one.namespace()) {
          case "*" -> true;
          case "." -> of.equals(namespace);
          case "~" -> false;
          default -> of.equals(one.namespace());
        };
    return place && Names.matches(one.host(), host);
  }
}
