package io.inmesh.config;

import java.util.List;
import java.util.Set;

/** The endpoints of a cluster. Source: envoy.config.endpoint.v3.ClusterLoadAssignment. */
public record EndpointSet(String name, List<LocalityEndpoints> localities, Policy policy)
    implements Resource {
  public EndpointSet {
    localities = List.copyOf(localities);
  }

  /** With Envoy's default policy. */
  public EndpointSet(String name, List<LocalityEndpoints> localities) {
    this(name, localities, Policy.DEFAULT);
  }

  /** No endpoints. */
  public static EndpointSet empty(String name) {
    return new EndpointSet(name, List.of());
  }

  /** All endpoints in one nameless locality. */
  public static EndpointSet of(String name, List<Endpoint> endpoints) {
    return new EndpointSet(name, List.of(new LocalityEndpoints(Locality.NONE, 0, 0, endpoints)));
  }

  /**
   * The endpoints of one locality at one priority.
   *
   * @param weight of the locality; 0 where none is given
   * @param priority 0 is tried first
   */
  public record LocalityEndpoints(
      Locality locality, int weight, int priority, List<Endpoint> endpoints) {
    public LocalityEndpoints {
      endpoints = List.copyOf(endpoints);
    }
  }

  /**
   * One endpoint.
   *
   * @param hostname for rewrites, hashing and health checks, or empty
   * @param weight at least 1
   */
  public record Endpoint(
      Address address, String hostname, int weight, Health health, Metadata metadata) {
    /** A healthy endpoint of weight 1. */
    public Endpoint(Address address) {
      this(address, "", 1, Health.UNKNOWN, Metadata.EMPTY);
    }
  }

  /** What the plane says of an endpoint's health. */
  public enum Health {
    UNKNOWN,
    HEALTHY,
    UNHEALTHY,
    DRAINING,
    TIMEOUT,
    DEGRADED;

    /** Whether it may be used like a healthy one. */
    public boolean usable() {
      return this == UNKNOWN || this == HEALTHY;
    }
  }

  /**
   * Source: ClusterLoadAssignment.Policy.
   *
   * @param overprovisioningFactor percent; 140 by default
   * @param drops at most one, as Envoy demands
   */
  public record Policy(
      int overprovisioningFactor, List<Drop> drops, boolean weightedPriorityHealth) {
    /** Envoy's defaults. */
    public static final Policy DEFAULT = new Policy(140, List.of(), false);

    public Policy {
      drops = List.copyOf(drops);
    }
  }

  /** A share of calls that is refused. */
  public record Drop(String category, FractionalPercent share) {}

  @Override
  public Type type() {
    return Type.ENDPOINTS;
  }

  @Override
  public Set<Key> references() {
    return Set.of();
  }
}
