package io.inmesh.runtime.cluster;

import io.inmesh.config.Balancing;
import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.config.Cluster;
import io.inmesh.config.Cluster.SocketMatch;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Metadata;
import io.inmesh.config.TransportSocket;
import io.inmesh.runtime.balance.Member.Standing;
import io.inmesh.runtime.cluster.HostState.ActiveHealth;
import org.jspecify.annotations.Nullable;

/** What a cluster's config says of a host. Immutable. */
final class HostBuilder {
  private final Cluster config;
  private final ClusterParts parts;
  private final Limits limits;
  private final @Nullable OutlierDetector detector;

  HostBuilder(
      Cluster config, ClusterParts parts, Limits limits, @Nullable OutlierDetector detector) {
    this.config = config;
    this.parts = parts;
    this.limits = limits;
    this.detector = detector;
  }

  HostPools.Settings settings(Endpoint endpoint) {
    return new HostPools.Settings(
        endpoint.address(),
        endpoint.hostname(),
        socket(endpoint),
        config.transport().protocol(),
        config.transport().connectTimeout(),
        config.circuitBreakers().perHostMaxConnections().orElse(Integer.MAX_VALUE));
  }

  HostPools pools(HostPools.Settings settings) {
    return new HostPools(parts.transport(), settings, limits);
  }

  ClusterHost host(Endpoint endpoint, ClusterHost.Place place, HostState state, HostPools pools) {
    Health health = health(endpoint.health(), state);
    Standing standing = standing(health);
    var condition =
        new ClusterHost.Condition(
            standing, health, standing == Standing.HEALTHY ? ramp(state) : null);
    return new ClusterHost(endpoint, place, state, condition, pools, limits, detector);
  }

  /** The first match decides; without one the cluster's own socket. */
  private TransportSocket socket(Endpoint endpoint) {
    var facts = endpoint.metadata().in(Metadata.TRANSPORT_SOCKET_MATCH);
    for (SocketMatch match : config.transport().socketMatches()) {
      if (facts.entrySet().containsAll(match.match().entrySet())) {
        return match.socket();
      }
    }
    return config.transport().socket();
  }

  private static Health health(Health byPlane, HostState state) {
    if (state.ejected || state.active == ActiveHealth.UNHEALTHY) {
      return Health.UNHEALTHY;
    }
    return byPlane.usable() && state.active == ActiveHealth.DEGRADED ? Health.DEGRADED : byPlane;
  }

  private static Standing standing(Health health) {
    return switch (health) {
      case UNHEALTHY, TIMEOUT -> Standing.UNHEALTHY;
      // As in Envoy: who leaves says nothing of the health of those who stay.
      case DRAINING -> Standing.EXCLUDED;
      case DEGRADED -> Standing.DEGRADED;
      case UNKNOWN, HEALTHY -> Standing.HEALTHY;
    };
  }

  private @Nullable Ramp ramp(HostState state) {
    SlowStart slow = slowStart();
    boolean started = parts.writer().nanoTime() - state.since >= slow.window().toNanos();
    return started ? null : new Ramp(slow, state.since, parts.writer());
  }

  SlowStart slowStart() {
    if (config.balancing().policy() instanceof Balancing.RoundRobin robin) {
      return robin.slowStart();
    }
    return config.balancing().policy() instanceof Balancing.LeastRequest least
        ? least.slowStart()
        : SlowStart.NONE;
  }
}
