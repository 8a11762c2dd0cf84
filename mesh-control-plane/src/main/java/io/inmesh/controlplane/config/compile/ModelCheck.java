package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Address;
import io.inmesh.config.Locality;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.model.AuthorizationPolicy;
import io.inmesh.controlplane.config.model.DestinationRule;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.MeshModel.RawResource;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.model.RequestAuthentication;
import io.inmesh.controlplane.config.model.Service;
import io.inmesh.controlplane.config.model.Standby;
import io.inmesh.controlplane.config.model.VirtualService;
import io.inmesh.controlplane.config.model.VirtualService.Destination;
import io.inmesh.controlplane.config.model.VirtualService.Forward;
import io.inmesh.controlplane.config.model.VirtualService.HttpRoute;
import io.inmesh.controlplane.config.problem.Position;
import io.inmesh.controlplane.config.problem.Problems;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks for what fits together badly although each resource is right by itself. */
public final class ModelCheck {
  private final MeshModel model;
  private final Problems problems;
  private final Set<String> hosts;
  private final Map<String, Set<String>> subsets = new HashMap<>();

  private ModelCheck(MeshModel model, Problems problems) {
    this.model = model;
    this.problems = problems;
    this.hosts = model.services().stream().map(Service::host).collect(Collectors.toSet());
    for (DestinationRule rule : model.destinationRules()) {
      var names = subsets.computeIfAbsent(rule.host(), host -> new HashSet<>());
      rule.subsets().forEach(subset -> names.add(subset.name()));
    }
  }

  /** Reports what is doubtful, and what clashes. */
  public static void check(MeshModel model, Problems problems) {
    var check = new ModelCheck(model, problems);
    check.services();
    check.routed();
    check.routes();
    check.compiled();
    check.policies();
  }

  /** What is only listed would be missed by those who call it. */
  private void unserved(Service service) {
    for (Service.Port port : service.ports()) {
      if (!port.protocol().isHttp()) {
        problems.warn(
            service.origin().position(),
            "port "
                + port.number()
                + " of "
                + service.host()
                + " is not served: only HTTP is, not "
                + port.protocol().token());
      }
    }
  }

  private void services() {
    model.services().forEach(this::unserved);
    var seen = new HashMap<String, Service>();
    for (Service service : model.services()) {
      Service before = seen.putIfAbsent(service.namespace() + "/" + service.host(), service);
      if (before != null) {
        String message =
            "the host " + service.host() + " is already that of " + name(before.origin());
        boolean istio =
            service.defaults() == Service.Defaults.ISTIO
                && before.defaults() == Service.Defaults.ISTIO;
        if (istio) {
          problems.warn(service.origin().position(), message + ", which alone is used");
        } else {
          problems.error(service.origin().position(), message);
        }
      }
    }
  }

  private static String name(Origin origin) {
    return origin.kind() + " " + origin.namespace() + "/" + origin.name();
  }

  /** Two that route the same host: the older one holds for all that see both. */
  private void routed() {
    var seen = new HashMap<String, VirtualService>();
    model.virtualServices().stream()
        .filter(VirtualService::mesh)
        .filter(service -> service.exportTo().contains("*"))
        .sorted(Comparator.comparing(VirtualService::origin))
        .forEach(
            service ->
                service
                    .hosts()
                    .forEach(
                        host -> {
                          VirtualService older = seen.putIfAbsent(host, service);
                          if (older != null) {
                            problems.warn(
                                service.origin().position(),
                                "is not used for "
                                    + host
                                    + ", which the older "
                                    + name(older.origin())
                                    + " routes");
                          }
                        }));
  }

  private void routes() {
    for (VirtualService service : model.virtualServices()) {
      for (HttpRoute route : service.http()) {
        if (route.target() instanceof Forward forward) {
          forward.to().forEach(one -> destination(route.position(), one.destination()));
        }
        route.mirrors().forEach(one -> destination(route.position(), one.destination()));
        route.fallback().flatMap(Standby::to).ifPresent(to -> destination(route.position(), to));
      }
      reachable(service);
    }
  }

  private void destination(Position at, Destination to) {
    if (!hosts.contains(to.host()) && !to.host().endsWith(".svc." + model.settings().domain())) {
      problems.warn(at, "goes to " + to.host() + ", which no service has");
    } else if (!to.subset().isEmpty() && !hasSubset(to)) {
      problems.warn(
          at,
          "goes to the subset "
              + to.subset()
              + " of "
              + to.host()
              + ", which no DestinationRule defines");
    }
  }

  private boolean hasSubset(Destination to) {
    return subsets.getOrDefault(to.host(), Set.of()).contains(to.subset())
        || subsets.entrySet().stream()
            .filter(
                rule -> rule.getKey().startsWith("*") && Names.matches(rule.getKey(), to.host()))
            .anyMatch(rule -> rule.getValue().contains(to.subset()));
  }

  private void reachable(VirtualService service) {
    for (int i = 0; i + 1 < service.http().size(); i++) {
      HttpRoute route = service.http().get(i);
      boolean all =
          route.matches().isEmpty()
              || route.matches().stream()
                  .anyMatch(
                      match ->
                          Routes.takesAll(match.request())
                              && match.sourceLabels().isEmpty()
                              && match.sourceNamespace().isEmpty()
                              && match.port() == 0
                              && match.mesh());
      if (all) {
        problems.warn(
            route.position(),
            "the route " + (i + 1) + " takes every request: later routes are never reached");
        return;
      }
    }
  }

  /**
   * What is read must also be possible to serve: each flavour is made once for each namespace. What
   * is written by hand must not take a name that is made from other files.
   */
  private void compiled() {
    var others =
        new MeshModel(
            model.settings(),
            model.services(),
            model.workloads(),
            model.virtualServices(),
            model.destinationRules(),
            model.security(),
            List.of(),
            model.sidecars(),
            model.config());
    Compilation compilation = Compilation.of(others, List.of());
    var clashing = new LinkedHashSet<RawResource>();
    for (NodeView view : views()) {
      try {
        ResourceSet made = compilation.resources(view);
        model.resources().stream()
            .filter(raw -> Compilation.suits(raw.resource(), view.flavour()))
            .filter(raw -> made.find(raw.resource().key()) != null)
            .forEach(clashing::add);
      } catch (RuntimeException defect) {
        problems.error(
            "the configuration as a whole",
            "cannot be served to nodes of the namespace " + view.namespace() + ": " + defect);
      }
    }
    for (RawResource raw : clashing) {
      problems.error(
          raw.origin().position(),
          "the name " + raw.resource().name() + " is that of a generated resource");
    }
  }

  private List<NodeView> views() {
    var namespaces = new TreeSet<>(List.of("default"));
    model.services().forEach(one -> namespaces.add(one.namespace()));
    model.virtualServices().forEach(one -> namespaces.add(one.origin().namespace()));
    model.destinationRules().forEach(one -> namespaces.add(one.origin().namespace()));
    return namespaces.stream()
        .flatMap(name -> Stream.of(Flavour.values()).map(flavour -> view(flavour, name)))
        .toList();
  }

  private static NodeView view(Flavour flavour, String namespace) {
    var address = new Address(NodeView.LOOPBACK, 1);
    Optional<NodeView.Bound> bound =
        flavour == Flavour.BOUND
            ? Optional.of(new NodeView.Bound(address, Optional.empty(), Optional.empty()))
            : Optional.empty();
    return new NodeView(flavour, namespace, Map.of(), Locality.NONE, bound);
  }

  /** Which servers a policy is for depends on their labels, so that each is made by itself. */
  private void policies() {
    var authorization = new Authorization(model);
    var tokens = new TokenRules(model);
    for (AuthorizationPolicy policy : model.security().authorization()) {
      unknownAuthorizer(policy);
      possible(
          policy.origin(),
          () -> {
            authorization.custom(List.of(policy), true);
            authorization.local(List.of(policy));
          });
    }
    for (RequestAuthentication policy : model.security().requests()) {
      possible(policy.origin(), () -> tokens.filter(List.of(policy)));
      policy.rules().forEach(rule -> reachableKeys(policy, rule.jwksUri()));
    }
  }

  private void unknownAuthorizer(AuthorizationPolicy policy) {
    if (policy.action() == AuthorizationPolicy.Action.CUSTOM
        && model.config().authorizer(policy.provider()).isEmpty()) {
      problems.warn(
          policy.origin().position(),
          "the provider "
              + policy.provider()
              + " is not known: requests that match are refused, as by Istio");
    }
  }

  private void reachableKeys(RequestAuthentication policy, String uri) {
    if (!uri.isEmpty() && TokenRules.cluster(model, uri).isEmpty()) {
      problems.warn(
          policy.origin().position(),
          "keys are fetched from " + uri + ", which no service has: its tokens are refused");
    }
  }

  private void possible(Origin origin, Runnable making) {
    try {
      making.run();
    } catch (RuntimeException defect) {
      problems.error(origin.position(), "cannot be put into effect: " + defect);
    }
  }
}
