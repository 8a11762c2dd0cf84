package io.inmesh.controlplane.config.model;

import io.inmesh.config.Resource;
import java.util.List;

/**
 * All that the files say.
 *
 * @param workloads that files name apart from services (WorkloadEntry)
 * @param security what servers demand of their callers
 * @param resources written by hand
 * @param sidecars what callers see
 * @param config what holds for the whole mesh of Istio
 */
public record MeshModel(
    MeshSettings settings,
    List<Service> services,
    List<NamedWorkload> workloads,
    List<VirtualService> virtualServices,
    List<DestinationRule> destinationRules,
    SecurityPolicies security,
    List<RawResource> resources,
    List<Sidecar> sidecars,
    MeshConfig config) {
  /** No files. */
  public static final MeshModel EMPTY =
      new MeshModel(
          MeshSettings.DEFAULT,
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          SecurityPolicies.NONE,
          List.of(),
          List.of(),
          MeshConfig.DEFAULT);

  public MeshModel {
    services = List.copyOf(services);
    workloads = List.copyOf(workloads);
    virtualServices = List.copyOf(virtualServices);
    destinationRules = List.copyOf(destinationRules);
    resources = List.copyOf(resources);
    sidecars = List.copyOf(sidecars);
  }

  /**
   * A resource that was written by hand.
   *
   * @param audience who may have it
   */
  public record RawResource(Origin origin, Resource resource, Audience audience) {
    /** One for everybody. */
    public RawResource(Origin origin, Resource resource) {
      this(origin, resource, Audience.EVERYBODY);
    }
  }

  /** A workload that files name apart from services. */
  public record NamedWorkload(Origin origin, Workload workload) {}
}
