package io.inmesh.runtime.cluster;

import io.inmesh.config.Balancing;
import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Metadata;
import io.inmesh.config.TransportSocket;
import io.inmesh.runtime.balance.Member.Standing;
import io.inmesh.runtime.cluster.HostPools.Shape;
import io.inmesh.runtime.cluster.HostState.ActiveHealth;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a cluster's config says of a host. Immutable. */
final class HostBuilder {
  private final Cluster config;
  private final ClusterParts parts;
  private final ClusterHost.Owner owner;
  private final Shape shape;
  private final List<Shape> matchShapes;

  HostBuilder(ClusterHost.Owner owner, ClusterParts parts) {
    this.config = owner.config();
    this.parts = parts;
    this.owner = owner;
    this.shape = shape(config.transport().socket());
    this.matchShapes =
        config.transport().socketMatches().stream().map(match -> shape(match.socket())).toList();
  }

  HostPools.Settings settings(Endpoint endpoint) {
    return new HostPools.Settings(endpoint.address(), endpoint.hostname(), shape(endpoint));
  }

  HostPools pools(HostPools.Settings settings) {
    return new HostPools(parts.transport(), settings, owner.limits());
  }

  ClusterHost host(Endpoint endpoint, ClusterHost.Place place, HostState state, HostPools pools) {
    Health health = health(endpoint.health(), state);
    Standing standing = standing(health);
    var condition =
        new ClusterHost.Condition(
            standing, health, standing == Standing.HEALTHY ? ramp(state) : null);
    return new ClusterHost(endpoint, place, state, condition, pools, owner);
  }

  /** The first match decides; without one the cluster's own socket. */
  private Shape shape(Endpoint endpoint) {
    if (!matchShapes.isEmpty()) {
      var facts = endpoint.metadata().in(Metadata.TRANSPORT_SOCKET_MATCH);
      for (int i = 0; i < matchShapes.size(); i++) {
        var match = config.transport().socketMatches().get(i).match();
        if (facts.entrySet().containsAll(match.entrySet())) {
          return matchShapes.get(i);
        }
      }
    }
    return shape;
  }

  private Shape shape(TransportSocket socket) {
    return new Shape(
        socket,
        config.transport().protocol(),
        config.transport().connectTimeout(),
        config.circuitBreakers().perHostMaxConnections().orElse(Integer.MAX_VALUE));
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
    SlowStart slow = slowStart(config);
    boolean started = parts.writer().nanoTime() - state.since >= slow.window().toNanos();
    return started ? null : new Ramp(slow, state.since, parts.writer());
  }

  static SlowStart slowStart(Cluster config) {
    if (config.balancing().policy() instanceof Balancing.RoundRobin robin) {
      return robin.slowStart();
    }
    return config.balancing().policy() instanceof Balancing.LeastRequest least
        ? least.slowStart()
        : SlowStart.NONE;
  }
}
