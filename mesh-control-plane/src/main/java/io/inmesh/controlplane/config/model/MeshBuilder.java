package io.inmesh.controlplane.config.model;

import io.inmesh.controlplane.config.problem.Position;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects what files define, in the order of reading. Owner: the thread that reads. */
public final class MeshBuilder {
  private final List<Service> services = new ArrayList<>();
  private final List<MeshModel.NamedWorkload> workloads = new ArrayList<>();
  private final List<VirtualService> virtualServices = new ArrayList<>();
  private final List<DestinationRule> destinationRules = new ArrayList<>();
  private final List<PeerAuthentication> peers = new ArrayList<>();
  private final List<RequestAuthentication> requests = new ArrayList<>();
  private final List<AuthorizationPolicy> authorization = new ArrayList<>();
  private final List<Sidecar> sidecars = new ArrayList<>();
  private final List<MeshModel.RawResource> resources = new ArrayList<>();
  private final Map<String, Origin> origins = new HashMap<>();
  private final Map<String, Grant> grants = new LinkedHashMap<>();
  private final Optional<String> trustDomain;
  private MeshSettings settings;
  private MeshConfig config = MeshConfig.DEFAULT;
  private @Nullable Origin settingsOrigin;
  private int order;

  /** Who may have a resource with a private key: accounts as in {@link Audience}. */
  public record Grant(Position position, Set<String> accounts) {
    public Grant {
      accounts = Set.copyOf(accounts);
    }
  }

  /** Of any trust domain that files name. */
  public MeshBuilder() {
    this.trustDomain = Optional.empty();
    this.settings = MeshSettings.DEFAULT;
  }

  /** Of the trust domain of a control plane. */
  public MeshBuilder(String trustDomain) {
    this.trustDomain = Optional.of(trustDomain);
    this.settings = MeshSettings.of(trustDomain);
  }

  /** The trust domain that files may not change; empty if they may. */
  public Optional<String> trustDomain() {
    return trustDomain;
  }

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
  public void add(MeshModel.NamedWorkload workload) {
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

  /** Adds what callers see. */
  public void add(Sidecar sidecar) {
    sidecars.add(sidecar);
  }

  /** Says what holds for the whole mesh of Istio. */
  public void config(MeshConfig value) {
    config = value;
  }

  /** Adds a resource that was written by hand. */
  public void add(MeshModel.RawResource resource) {
    resources.add(resource);
  }

  /** The resources that were written by hand. */
  public List<MeshModel.RawResource> resources() {
    return List.copyOf(resources);
  }

  /** Puts these in the place of all that were added. */
  public void replaceResources(List<MeshModel.RawResource> others) {
    resources.clear();
    resources.addAll(others);
  }

  /**
   * Says who may have a resource with a private key.
   *
   * @return false if that was said before
   */
  public boolean grant(String name, Grant grant) {
    return grants.putIfAbsent(name, grant) == null;
  }

  /** Who may have which resource with a private key. */
  public Map<String, Grant> grants() {
    return Collections.unmodifiableMap(grants);
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
        resources,
        sidecars,
        config);
  }
}
