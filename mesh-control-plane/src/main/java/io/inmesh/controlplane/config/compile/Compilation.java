package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Listener;
import io.inmesh.config.Resource;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.Service;
import io.inmesh.controlplane.config.model.VirtualService;
import io.inmesh.controlplane.config.model.WorkloadSource.Registered;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A mesh with its workloads, ready to make the resources of any node. Immutable. */
public final class Compilation {
  private final MeshModel model;
  private final List<Destination> destinations;
  private final MutualTls mutualTls;
  private final InboundListeners inbound;

  private Compilation(MeshModel model, List<Destination> destinations) {
    this.model = model;
    this.mutualTls = new MutualTls(model);
    this.inbound = new InboundListeners(model);
    this.destinations = destinations;
  }

  /** Brings the files' mesh and the registered workloads together. */
  public static Compilation of(MeshModel model, List<Registered> workloads) {
    return new Compilation(model, List.copyOf(new Destinations(model, workloads).all()));
  }

  /** The resources of a node. */
  public ResourceSet resources(NodeView view) {
    return resources(view, ResourceSet.EMPTY);
  }

  /**
   * The resources of a node.
   *
   * @param previous what the node had before: what is equal in it is taken from it
   */
  public ResourceSet resources(NodeView view, ResourceSet previous) {
    var out = new ArrayList<Resource>();
    var imports = new Imports(model, view);
    var visible = visible(view, imports);
    var rules = new Rules(model, view);
    var clusters = new Clusters(model, mutualTls, view, out::add);
    visible.forEach((host, to) -> clusters.emit(to, rules.find(host, to.service().namespace())));
    var hosts = new VirtualHosts(model, view, imports, visible, rules);
    if (view.bound().isPresent()) {
      new BoundListeners(model.settings(), inbound, view, out::add)
          .emit(view.bound().get(), List.copyOf(visible.values()), hosts);
    } else {
      new NamedListeners(model.settings(), view, out::add).emit(visible.values(), hosts);
    }
    model.resources().stream()
        .filter(raw -> raw.audience().everybody())
        .map(MeshModel.RawResource::resource)
        .filter(resource -> suits(resource, view.flavour()))
        .forEach(out::add);
    return ResourceSet.of(out, previous);
  }

  /** A host that several services have is the own namespace's, else that of the first. */
  private Map<String, Destination> visible(NodeView view, Imports imports) {
    var exported = exported(view);
    var visible = new LinkedHashMap<String, Destination>();
    exported.forEach(
        (host, to) -> imports.of(to).ifPresent(imported -> visible.put(host, imported)));
    if (visible.size() < exported.size()) {
      // What imported routes lead to is seen with them.
      model.virtualServices().stream()
          .filter(routes -> VirtualHosts.isFor(routes, view) && imports.has(routes))
          .flatMap(VirtualService::targets)
          .filter(exported::containsKey)
          .forEach(host -> visible.putIfAbsent(host, exported.get(host)));
    }
    return visible;
  }

  private Map<String, Destination> exported(NodeView view) {
    var visible = new LinkedHashMap<String, Destination>();
    for (Destination to : destinations) {
      Service service = to.service();
      boolean seen =
          service.exportTo().contains("*") || service.exportTo().contains(view.namespace());
      Destination before = visible.get(service.host());
      boolean closer =
          before == null
              || (service.namespace().equals(view.namespace())
                  && !before.service().namespace().equals(view.namespace()));
      if (seen && closer) {
        visible.put(service.host(), to);
      }
    }
    return visible;
  }

  /**
   * The listener of a destination that a node must not call because it does not see it: every call
   * is refused. Empty if it may.
   *
   * @param name of a listener that the node does not have
   */
  public Optional<Listener> refusing(NodeView view, String name) {
    boolean outbound =
        view.bound().isEmpty()
            && !name.startsWith(InboundListeners.PREFIX)
            && !name.startsWith("xdstp:");
    return outbound && new Imports(model, view).registryOnly()
        ? Optional.of(NamedListeners.refusing(name, view))
        : Optional.empty();
  }

  /** Whether nodes of a view understand a resource that was written by hand. */
  public static boolean suits(Resource resource, Flavour flavour) {
    return !(resource instanceof Listener listener)
        || (listener.direction() == Listener.Direction.API) == (flavour != Flavour.BOUND);
  }
}
