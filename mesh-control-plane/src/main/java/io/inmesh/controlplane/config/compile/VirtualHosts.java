package io.inmesh.controlplane.config.compile;

import io.inmesh.config.HashPolicy;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.Metadata;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.Route;
import io.inmesh.config.VirtualHost;
import io.inmesh.controlplane.config.model.MeshDefaults;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.model.Service;
import io.inmesh.controlplane.config.model.Service.Defaults;
import io.inmesh.controlplane.config.model.TrafficPolicy;
import io.inmesh.controlplane.config.model.VirtualService;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the virtual host of a service's port, as one caller sees it. */
final class VirtualHosts {
  private static final VirtualHost.Policy POLICY =
      new VirtualHost.Policy(
          VirtualHost.RequireTls.NONE,
          Optional.empty(),
          Optional.empty(),
          List.of(),
          true,
          false,
          false,
          Optional.empty());

  private final NodeView view;
  private final Map<String, Destination> destinations;
  private final Rules rules;
  private final Map<String, VirtualService> byHost = new LinkedHashMap<>();
  private final List<String> wildcards;

  VirtualHosts(
      MeshModel model,
      NodeView view,
      Imports imports,
      Map<String, Destination> destinations,
      Rules rules) {
    this.view = view;
    this.destinations = destinations;
    this.rules = rules;
    // The oldest holds where several name the same host.
    model.virtualServices().stream()
        .filter(service -> isFor(service, view) && imports.has(service))
        .sorted(Comparator.comparing(VirtualService::origin))
        .forEach(service -> service.hosts().forEach(host -> byHost.putIfAbsent(host, service)));
    wildcards = byHost.keySet().stream().filter(host -> host.startsWith("*")).toList();
  }

  /** Whether routes are for calls of a node: in the mesh, and exported to it. */
  static boolean isFor(VirtualService service, NodeView view) {
    return service.mesh()
        && (service.exportTo().contains("*") || service.exportTo().contains(view.namespace()));
  }

  /** Hosts that are routed although no service has them. */
  List<String> orphans() {
    return byHost.keySet().stream()
        .filter(
            host ->
                host.startsWith("*")
                    ? destinations.keySet().stream().noneMatch(s -> Names.matches(host, s))
                    : !destinations.containsKey(host))
        .toList();
  }

  /** Of a service. */
  VirtualHost of(Service service, Service.Port port, List<String> domains) {
    Optional<VirtualService> routed =
        Optional.ofNullable(byHost.get(service.host()))
            .or(() -> Names.mostSpecific(wildcards, service.host()).map(byHost::get));
    Routes routes = new Routes(view, port.number(), this::hashes);
    boolean istio = service.defaults() == Defaults.ISTIO;
    Optional<RetryPolicy> retry =
        Optional.of(istio ? MeshDefaults.ISTIO_RETRY : MeshDefaults.RETRY);
    Duration timeout = istio ? Duration.ZERO : MeshDefaults.TIMEOUT;
    return host(
        service.host() + ":" + port.number(),
        domains,
        routed
            .filter(one -> !one.http().isEmpty())
            .map(routes::of)
            .orElseGet(() -> routes.whole(service.host(), retry, timeout)),
        service.origin());
  }

  /** Of a host that no service has. */
  VirtualHost ofOrphan(String host, int port, List<String> domains) {
    VirtualService routed = byHost.get(host);
    List<Route> found =
        routed == null ? List.of() : new Routes(view, port, this::hashes).of(routed);
    return host(host + ":" + port, domains, found, routed == null ? null : routed.origin());
  }

  private static VirtualHost host(
      String name, List<String> domains, List<Route> routes, @Nullable Origin from) {
    Metadata metadata =
        from == null ? Metadata.EMPTY : Metadata.EMPTY.withSource(from.position().place());
    return new VirtualHost(
        name, domains, routes, HeaderMutations.NONE, POLICY, List.of(), Map.of(), metadata);
  }

  private List<HashPolicy> hashes(VirtualService.Destination to) {
    Destination known = destinations.get(to.host());
    if (known == null) {
      return List.of();
    }
    Rules.Rule rule = rules.find(to.host(), known.service().namespace());
    TrafficPolicy policy =
        rule.subset(to.subset())
            .map(subset -> rule.policy(subset, to.port()))
            .orElseGet(() -> rule.policy(to.port()));
    return policy.loadBalancer().map(TrafficPolicy.LoadBalancer::hash).orElse(List.of());
  }
}
