package io.inmesh.controlplane.config.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects what files define, in the order of reading. Owner: the thread that reads. */
public final class MeshBuilder {
  private final List<Service> services = new ArrayList<>();
  private final List<Workload> workloads = new ArrayList<>();
  private final List<VirtualService> virtualServices = new ArrayList<>();
  private final List<DestinationRule> destinationRules = new ArrayList<>();
  private final List<PeerAuthentication> peers = new ArrayList<>();
  private final List<RequestAuthentication> requests = new ArrayList<>();
  private final List<AuthorizationPolicy> authorization = new ArrayList<>();
  private final List<MeshModel.RawResource> resources = new ArrayList<>();
  private final Map<String, Origin> origins = new HashMap<>();
  private MeshSettings settings = MeshSettings.DEFAULT;
  private @Nullable Origin settingsOrigin;
  private int order;

  /** The number of the next resource. */
  public int nextOrder() {
    return order++;
  }

  /** What holds for the whole mesh, as far as it has been read. */
  public MeshSettings settings() {
    return settings;
  }

  /**
   * Says what holds for the whole mesh.
   *
   * @return where that was said before; null if it was not
   */
  public @Nullable Origin settings(MeshSettings value, Origin origin) {
    Origin before = settingsOrigin;
    settings = value;
    settingsOrigin = origin;
    return before;
  }

  /**
   * Notes a resource.
   *
   * @return where one of the same kind, namespace and name was defined before; null if it was not
   */
  public @Nullable Origin define(Origin origin) {
    return origins.putIfAbsent(
        origin.kind() + " " + origin.namespace() + "/" + origin.name(), origin);
  }

  /** Adds a service. */
  public void add(Service service) {
    services.add(service);
  }

  /** Adds a workload. */
  public void add(Workload workload) {
    workloads.add(workload);
  }

  /** Adds routes. */
  public void add(VirtualService service) {
    virtualServices.add(service);
  }

  /** The routes that were added. */
  public List<VirtualService> virtualServices() {
    return List.copyOf(virtualServices);
  }

  /** Puts these routes in the place of all that were added. */
  public void replaceVirtualServices(List<VirtualService> services) {
    virtualServices.clear();
    virtualServices.addAll(services);
  }

  /** Adds a rule. */
  public void add(DestinationRule rule) {
    destinationRules.add(rule);
  }

  /** The rules that were added. */
  public List<DestinationRule> destinationRules() {
    return List.copyOf(destinationRules);
  }

  /** Adds what a server demands of the connections of its callers. */
  public void add(PeerAuthentication policy) {
    peers.add(policy);
  }

  /** Adds which tokens of users are accepted. */
  public void add(RequestAuthentication policy) {
    requests.add(policy);
  }

  /** Adds who may do what. */
  public void add(AuthorizationPolicy policy) {
    authorization.add(policy);
  }

  /** Adds a resource that was written by hand. */
  public void add(MeshModel.RawResource resource) {
    resources.add(resource);
  }

  /** All of it. */
  public MeshModel build() {
    return new MeshModel(
        settings,
        services,
        workloads,
        virtualServices,
        destinationRules,
        new SecurityPolicies(peers, requests, authorization),
        resources);
  }
}
