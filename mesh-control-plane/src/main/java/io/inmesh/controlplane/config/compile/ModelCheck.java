package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Locality;
import io.inmesh.config.Resource;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.model.DestinationRule;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.MeshModel.RawResource;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.model.Service;
import io.inmesh.controlplane.config.model.VirtualService;
import io.inmesh.controlplane.config.model.VirtualService.Destination;
import io.inmesh.controlplane.config.model.VirtualService.Forward;
import io.inmesh.controlplane.config.model.VirtualService.HttpRoute;
import io.inmesh.controlplane.config.problem.Problems;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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
    check.resources();
  }

  private void services() {
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
          forward.to().forEach(one -> destination(service, one.destination()));
        }
        route.mirrors().forEach(one -> destination(service, one.destination()));
      }
      reachable(service);
    }
  }

  private void destination(VirtualService service, Destination to) {
    if (!hosts.contains(to.host()) && !to.host().endsWith(".svc." + model.settings().domain())) {
      problems.warn(service.origin().position(), "goes to " + to.host() + ", which no service has");
    } else if (!to.subset().isEmpty() && !hasSubset(to)) {
      problems.warn(
          service.origin().position(),
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
            service.origin().position(),
            "the route " + (i + 1) + " takes every request: later routes are never reached");
        return;
      }
    }
  }

  /** What is written by hand must not take a name that is made from other files. */
  private void resources() {
    if (model.resources().isEmpty()) {
      return;
    }
    var generated = new HashSet<Resource.Key>();
    var others =
        new MeshModel(
            model.settings(),
            model.services(),
            model.workloads(),
            model.virtualServices(),
            model.destinationRules(),
            model.security(),
            List.of());
    Compilation compilation = Compilation.of(others, List.of());
    for (NodeView view : views()) {
      compilation.resources(view).all().forEach(one -> generated.add(one.key()));
    }
    for (RawResource raw : model.resources()) {
      if (generated.contains(raw.resource().key())) {
        problems.error(
            raw.origin().position(),
            "the name " + raw.resource().name() + " is that of a generated resource");
      }
    }
  }

  private List<NodeView> views() {
    Set<String> namespaces =
        model.services().stream().map(Service::namespace).collect(Collectors.toSet());
    namespaces.add("default");
    return namespaces.stream()
        .map(
            namespace ->
                new NodeView(Flavour.API, namespace, Map.of(), Locality.NONE, Optional.empty()))
        .toList();
  }
}
