package io.inmesh.runtime.cluster;

import io.inmesh.config.Cluster;
import io.inmesh.config.Cluster.SocketMatch;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.LocalityEndpoints;
import io.inmesh.config.Metadata;
import io.inmesh.config.TransportSocket;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.balance.ClusterBalancer;
import io.inmesh.runtime.balance.Group;
import io.inmesh.runtime.balance.Member.Standing;
import io.inmesh.runtime.balance.Members;
import io.inmesh.runtime.cluster.HostState.ActiveHealth;
import io.inmesh.runtime.live.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of one cluster over time: many readers, one writer, one volatile. Endpoints, health and
 * ejection all end in {@link #rebuild}. Owner: the writer, except {@link #current}.
 */
final class ClusterHosts {
  /** How long a call that has read an older host set may take from its pick to its pool. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final String name;
  private final ClusterParts parts;
  private final Limits limits;
  private final List<Runnable> watchers = new ArrayList<>();
  private Scope scope;
  private Cluster config;
  private EndpointSet endpoints;
  private ClusterBalancer balancer;
  private @Nullable OutlierDetector detector;
  private volatile HostSet current = HostSet.EMPTY;

  ClusterHosts(Cluster config, Limits limits, Scope scope, ClusterParts parts) {
    this.name = config.name();
    this.config = config;
    this.limits = limits;
    this.scope = scope;
    this.parts = parts;
    this.endpoints = EndpointSet.empty(name);
    this.balancer = new ClusterBalancer(config.balancing(), parts.writer()::random);
    detect();
  }

  /** Read again by every attempt. */
  HostSet current() {
    return current;
  }

  /** Runs {@code watcher} after each change of {@link #current}. */
  void watch(Runnable watcher) {
    watchers.add(watcher);
  }

  void unwatch(Runnable watcher) {
    watchers.remove(watcher);
  }

  /** Equal input changes nothing. */
  void update(Cluster nextConfig, EndpointSet nextEndpoints) {
    if (nextConfig.equals(config) && nextEndpoints.equals(endpoints) && current != HostSet.EMPTY) {
      return;
    }
    if (!nextConfig.balancing().equals(config.balancing())) {
      balancer = new ClusterBalancer(nextConfig.balancing(), parts.writer()::random);
    }
    boolean otherDetection = !nextConfig.outlierDetection().equals(config.outlierDetection());
    config = nextConfig;
    endpoints = nextEndpoints;
    if (otherDetection) {
      detect();
    }
    limits.update(config.circuitBreakers());
    rebuild();
  }

  private void detect() {
    if (detector != null) {
      detector.close();
    }
    detector =
        config
            .outlierDetection()
            .map(detection -> new OutlierDetector(name, detection, parts, this::rebuild))
            .orElse(null);
  }

  /** What an active health check says of a host. */
  void checked(HostState host, ActiveHealth health) {
    boolean ejected = host.ejected;
    if (health != ActiveHealth.UNHEALTHY && detector != null) {
      detector.checkedHealthy(host);
    }
    if (host.active != health || host.ejected != ejected) {
      if (host.active == ActiveHealth.UNHEALTHY) {
        host.since = parts.writer().nanoTime();
      }
      host.active = health;
      rebuild();
    }
  }

  private void rebuild() {
    Scope next = scope.next();
    var hosts = new ArrayList<ClusterHost>();
    var groups = new ArrayList<Group>();
    var seen = new HashSet<>();
    for (LocalityEndpoints locality : endpoints.localities()) {
      int from = hosts.size();
      for (Endpoint endpoint : locality.endpoints()) {
        if (seen.add(endpoint.address())) {
          hosts.add(host(endpoint, locality, hosts.size(), next));
        }
      }
      groups.add(
          new Group(
              locality.locality(),
              locality.weight(),
              locality.priority(),
              hosts.subList(from, hosts.size())));
    }
    if (detector != null) {
      detector.hosts(hosts.stream().map(ClusterHost::state).toList());
    }
    EndpointSet.Policy policy = endpoints.policy();
    var members =
        new Members(groups, policy.overprovisioningFactor(), policy.weightedPriorityHealth());
    current = new HostSet(hosts, policy.drops(), balancer.picker(members));
    scope.close();
    scope = next;
    List.copyOf(watchers).forEach(Runnable::run);
  }

  private ClusterHost host(Endpoint endpoint, LocalityEndpoints in, int index, Scope next) {
    String owner = "cluster/" + name + "/" + endpoint.address();
    HostState state =
        next.keep(
            owner,
            "state",
            HostState.class,
            () -> new HostState(endpoint.address(), parts.writer().nanoTime()),
            gone -> {});
    var settings =
        new HostPools.Settings(
            endpoint.address(),
            endpoint.hostname(),
            socket(endpoint),
            config.transport().protocol(),
            config.transport().connectTimeout(),
            config.circuitBreakers().perHostMaxConnections().orElse(Integer.MAX_VALUE));
    HostPools pools =
        next.keep(
            owner,
            settings,
            HostPools.class,
            () -> new HostPools(parts.transport(), settings, limits),
            this::drainLater);
    var place = new ClusterHost.Place(index, in.locality(), in.priority());
    return new ClusterHost(
        endpoint,
        place,
        state,
        standing(endpoint, state),
        endpoint.weight(),
        pools,
        limits,
        detector);
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

  private static Standing standing(Endpoint endpoint, HostState state) {
    return switch (endpoint.health()) {
      case UNHEALTHY, DRAINING, TIMEOUT -> Standing.UNHEALTHY;
      case DEGRADED ->
          state.ejected || state.active == ActiveHealth.UNHEALTHY
              ? Standing.UNHEALTHY
              : Standing.DEGRADED;
      case UNKNOWN, HEALTHY -> {
        if (state.ejected || state.active == ActiveHealth.UNHEALTHY) {
          yield Standing.UNHEALTHY;
        }
        yield state.active == ActiveHealth.DEGRADED ? Standing.DEGRADED : Standing.HEALTHY;
      }
    };
  }

  private void drainLater(HostPools pools) {
    var timer =
        new Timer() {
          @Override
          protected void onTimer() {
            pools.drain();
          }
        };
    parts.writer().arm(timer, parts.writer().nanoTime() + GRACE.toNanos());
  }

  /** The cluster is gone. Calls that still hold it find no hosts. */
  void close() {
    if (detector != null) {
      detector.close();
    }
    current = HostSet.EMPTY;
    watchers.clear();
    scope.close();
  }
}
