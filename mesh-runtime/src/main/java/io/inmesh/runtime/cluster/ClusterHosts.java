package io.inmesh.runtime.cluster;

import io.inmesh.balance.Picker;
import io.inmesh.config.Cluster;
import io.inmesh.config.Cluster.Aggregate;
import io.inmesh.config.Cluster.Dns;
import io.inmesh.config.Cluster.OriginalDestination;
import io.inmesh.config.Cluster.Static;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.LocalityEndpoints;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.balance.AggregatePicker;
import io.inmesh.runtime.balance.ClusterBalancer;
import io.inmesh.runtime.balance.Group;
import io.inmesh.runtime.balance.Members;
import io.inmesh.runtime.cluster.HostState.ActiveHealth;
import io.inmesh.runtime.live.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
  private final Runnable rebuild = this::rebuild;
  private final Timer slowStartOver =
      new Timer() {
        @Override
        protected void onTimer() {
          rebuild();
        }
      };
  private Scope scope;
  private Cluster config;
  private EndpointSet endpoints;
  private ClusterBalancer balancer;
  private HostBuilder builder;
  private @Nullable OutlierDetector detector;
  private @Nullable DnsEndpoints dns;
  private @Nullable OriginalDestinations originals;
  private @Nullable ClusterHosts local;
  private List<ClusterHosts> members = List.of();
  private List<Group> groups = List.of();
  private boolean built;
  private boolean telling;
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
    this.builder = new HostBuilder(config, parts, limits, detector);
  }

  /** Read again by every attempt. */
  HostSet current() {
    return current;
  }

  /**
   * The config and the endpoints of now; which endpoints count depends on the kind of discovery.
   * Equal input changes nothing.
   */
  void update(Cluster next, EndpointSet fromPlane) {
    if (!next.balancing().equals(config.balancing())) {
      balancer = new ClusterBalancer(next.balancing(), parts.writer()::random);
    }
    boolean otherDetection = !next.outlierDetection().equals(config.outlierDetection());
    boolean same = built && next.equals(config);
    config = next;
    if (otherDetection) {
      detect();
    }
    if (!same) {
      builder = new HostBuilder(config, parts, limits, detector);
      limits.update(config.circuitBreakers());
    }
    EndpointSet before = endpoints;
    endpoints = discover(fromPlane);
    if (!same || !endpoints.equals(before)) {
      rebuild();
    }
  }

  private EndpointSet discover(EndpointSet fromPlane) {
    if (dns != null && !dns.config().equals(config.discovery())) {
      dns.close();
      dns = null;
    }
    if (config.discovery() instanceof Static fixed) {
      return fixed.endpoints();
    }
    if (config.discovery() instanceof Dns names) {
      if (dns == null) {
        dns = new DnsEndpoints(name, names, parts, this::resolved);
      }
      return endpoints;
    }
    return fromPlane;
  }

  private void resolved(EndpointSet found) {
    endpoints = found;
    rebuild();
  }

  /** The clusters that an aggregate is made of, in order. */
  void members(List<ClusterHosts> next) {
    members.forEach(member -> member.watchers.remove(rebuild));
    members = List.copyOf(next);
    for (ClusterHosts member : members) {
      if (member != this) {
        member.watchers.add(rebuild);
      }
    }
    rebuild();
  }

  /** The cluster that this process belongs to, for zone-aware routing. */
  void local(ClusterHosts next) {
    if (local != next) {
      if (local != null) {
        local.watchers.remove(rebuild);
      }
      local = next;
      if (next != this) {
        next.watchers.add(rebuild);
      }
      rebuild();
    }
  }

  private void detect() {
    if (detector != null) {
      detector.close();
    }
    detector =
        config
            .outlierDetection()
            .map(detection -> new OutlierDetector(name, detection, parts, rebuild))
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
    built = true;
    if (config.discovery() instanceof Aggregate) {
      List<Picker> pickers = members.stream().map(member -> member.current().picker()).toList();
      var picker = new AggregatePicker(pickers, config.balancing());
      current = new HostSet(List.of(), List.of(), picker, Set.of());
    } else if (config.discovery() instanceof OriginalDestination) {
      closeOriginals();
      originals = new OriginalDestinations(config, parts, limits, this::retire);
      current = new HostSet(List.of(), List.of(), originals, Set.of());
    } else {
      rebuildHosts();
    }
    tell();
  }

  /** Clusters may watch each other in a circle; it ends where it began. */
  private void tell() {
    if (!telling) {
      telling = true;
      List.copyOf(watchers).forEach(Runnable::run);
      telling = false;
    }
  }

  private void closeOriginals() {
    if (originals != null) {
      originals.close();
      originals = null;
    }
  }

  private void rebuildHosts() {
    closeOriginals();
    Scope next = scope.next();
    var hosts = new ArrayList<ClusterHost>();
    groups = groups(next, hosts);
    if (detector != null) {
      detector.hosts(hosts.stream().map(ClusterHost::state).toList());
    }
    EndpointSet.Policy policy = endpoints.policy();
    var all =
        new Members(
            groups,
            policy.overprovisioningFactor(),
            policy.weightedPriorityHealth(),
            parts.locality(),
            local == null ? List.of() : local.groups);
    Picker picker = balancer.picker(all);
    current = new HostSet(hosts, policy.drops(), picker, config.balancing().overrideHostStatus());
    awaitSlowStart(hosts);
    scope.close();
    scope = next;
  }

  private List<Group> groups(Scope next, List<ClusterHost> hosts) {
    var made = new ArrayList<Group>();
    var seen = new HashSet<>();
    for (LocalityEndpoints in : endpoints.localities()) {
      int from = hosts.size();
      for (Endpoint endpoint : in.endpoints()) {
        if (seen.add(endpoint.address())) {
          var place = new ClusterHost.Place(hosts.size(), in.locality(), in.priority());
          hosts.add(host(endpoint, place, next));
        }
      }
      made.add(
          new Group(in.locality(), in.weight(), in.priority(), hosts.subList(from, hosts.size())));
    }
    return made;
  }

  private ClusterHost host(Endpoint endpoint, ClusterHost.Place place, Scope next) {
    String owner = "cluster/" + name + "/" + endpoint.address();
    HostState state =
        next.keep(
            owner,
            "state",
            HostState.class,
            () -> new HostState(endpoint.address(), parts.writer().nanoTime()),
            gone -> {});
    HostPools.Settings settings = builder.settings(endpoint);
    HostPools pools =
        next.keep(owner, settings, HostPools.class, () -> builder.pools(settings), this::retire);
    return builder.host(endpoint, place, state, pools);
  }

  /** When all weights have grown, an ordinary picker does. */
  private void awaitSlowStart(List<ClusterHost> hosts) {
    slowStartOver.disarm();
    long window = builder.slowStart().window().toNanos();
    hosts.stream()
        .filter(ClusterHost::inSlowStart)
        .mapToLong(host -> host.state().since + window)
        .max()
        .ifPresent(end -> parts.writer().arm(slowStartOver, end));
  }

  /** Most hosts that go were never called: they have nothing to drain. */
  private void retire(HostPools pools) {
    if (pools.retire(() -> parts.writer().execute(() -> drainLater(pools)))) {
      drainLater(pools);
    }
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
    if (dns != null) {
      dns.close();
    }
    closeOriginals();
    slowStartOver.disarm();
    members.forEach(member -> member.watchers.remove(rebuild));
    if (local != null) {
      local.watchers.remove(rebuild);
    }
    current = HostSet.EMPTY;
    groups = List.of();
    tell();
    watchers.clear();
    scope.close();
  }
}
