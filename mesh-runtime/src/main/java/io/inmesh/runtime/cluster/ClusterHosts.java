package io.inmesh.runtime.cluster;

import io.inmesh.balance.Picker;
import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.config.Cluster;
import io.inmesh.config.Cluster.Aggregate;
import io.inmesh.config.Cluster.Dns;
import io.inmesh.config.Cluster.OriginalDestination;
import io.inmesh.config.Cluster.Static;
import io.inmesh.config.EndpointSet;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.balance.AggregatePicker;
import io.inmesh.runtime.balance.ClusterBalancer;
import io.inmesh.runtime.balance.Group;
import io.inmesh.runtime.balance.Members;
import io.inmesh.runtime.cluster.HostState.ActiveHealth;
import io.inmesh.runtime.stats.ClusterStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of one cluster over time: many readers, one writer, one volatile. Endpoints, health and
 * ejection all end in {@link #rebuild}. Nothing is made of endpoints before somebody asks, because
 * most clusters of a large mesh are never called. Owner: the writer, except {@link #current}, whose
 * first caller makes the hosts; what both write is under the lock.
 */
final class ClusterHosts {
  /** How long a call that has read an older host set may take from its pick to its pool. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final ClusterParts parts;
  private final Limits limits;
  private final ClusterStats stats;
  private final long seed;

  /** When outlier detection began, as it is now. */
  private long detectingSince;

  private final Runnable rebuild = this::rebuild;
  private List<Runnable> watchers = List.of();
  private Cluster config;
  private EndpointSet endpoints;
  private @Nullable Workshop workshop;
  private @Nullable DnsEndpoints dns;
  private @Nullable OriginalDestinations originals;
  private @Nullable ClusterHosts local;
  private List<ClusterHosts> members = List.of();
  private List<Group> groups = List.of();
  private @Nullable EmptyUpdateHold hold;
  private EndpointSet waiting;
  private boolean telling;

  /** Calls that wait for the first answer of DNS. Under the lock. */
  private List<Runnable> awaiting = new ArrayList<>();

  /** Null until somebody asks. */
  private volatile @Nullable HostSet current;

  /** What hosts are made with; made with the first. */
  private static final class Workshop {
    final Timer slowStartOver;
    ClusterBalancer balancer;
    HostBuilder builder;
    @Nullable OutlierDetector detector;

    Workshop(
        Runnable slowStartOver,
        ClusterBalancer balancer,
        HostBuilder builder,
        @Nullable OutlierDetector detector) {
      this.slowStartOver =
          new Timer() {
            @Override
            protected void onTimer() {
              slowStartOver.run();
            }
          };
      this.balancer = balancer;
      this.builder = builder;
      this.detector = detector;
    }
  }

  ClusterHosts(Cluster config, Limits limits, ClusterParts parts) {
    this.config = config;
    this.limits = limits;
    this.parts = parts;
    this.seed = parts.writer().random();
    this.detectingSince = parts.writer().nanoTime();
    this.endpoints = EndpointSet.empty(config.name());
    this.waiting = endpoints;
    this.stats = new ClusterStats(config.name(), new CountedNow(this), parts.book());
  }

  /** What the cluster has under way. From any thread. */
  Limits limits() {
    return limits;
  }

  /** What it counts. From any thread. */
  ClusterStats stats() {
    return stats;
  }

  /** The hosts that have been made; none if nobody has asked. From any thread. */
  HostSet known() {
    HostSet now = current;
    return now == null ? HostSet.EMPTY : now;
  }

  /** Read again by every attempt; from any thread. */
  HostSet current() {
    HostSet now = current;
    return now != null ? now : first();
  }

  private synchronized HostSet first() {
    if (current == null) {
      build();
    }
    return Objects.requireNonNull(current);
  }

  /**
   * The config and the endpoints of now; which endpoints count depends on the kind of discovery.
   * Equal input changes nothing.
   */
  void update(Cluster next, EndpointSet fromPlane) {
    boolean changed;
    synchronized (this) {
      changed = take(next, fromPlane);
    }
    if (changed && (current != null || mustBeMade())) {
      rebuild();
    }
    if (dns == null) {
      settled();
    }
  }

  private boolean take(Cluster next, EndpointSet fromPlane) {
    Cluster last = config;
    boolean same = next.equals(last);
    config = next;
    if (!same) {
      limits.update(next.circuitBreakers());
      if (!next.outlierDetection().equals(last.outlierDetection())) {
        detectingSince = parts.writer().nanoTime();
      }
      refit(last);
    }
    EndpointSet before = endpoints;
    endpoints = discover(fromPlane);
    return !same || !endpoints.equals(before);
  }

  /** Whether hosts are needed though nobody has asked for them. */
  private boolean mustBeMade() {
    return !watchers.isEmpty()
        || local != null
        || !config.healthChecks().isEmpty()
        || config.discovery() instanceof Aggregate
        || config.discovery() instanceof Dns
        || !HostBuilder.slowStart(config).window().isZero();
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
        var listeners = new DnsEndpoints.Listeners(this::resolved, this::settled);
        dns =
            new DnsEndpoints(
                config.name(), names, parts, config.transport().connectTimeout(), listeners);
      }
      return endpoints;
    }
    return held(fromPlane) ? endpoints : fromPlane;
  }

  /** Whether an update waits, because it would take away all hosts though they answer. */
  private boolean held(EndpointSet update) {
    if (!parts.holdsEmptyUpdates() || hosts().isEmpty()) {
      return false;
    }
    EmptyUpdateHold known = hold;
    if (known == null) {
      known = new EmptyUpdateHold(config.name(), parts, this::hosts, this::release);
      hold = known;
    }
    waiting = update;
    return known.holds(update);
  }

  private void release() {
    synchronized (this) {
      endpoints = waiting;
    }
    rebuild();
  }

  /**
   * Whether the cluster's names are being looked up for the first time; {@code known} then runs,
   * once, when that has ended. From any thread.
   */
  synchronized boolean await(Runnable known) {
    boolean resolving = dns != null && !dns.isSettled();
    if (resolving) {
      awaiting.add(known);
    }
    return resolving;
  }

  private void settled() {
    List<Runnable> all;
    synchronized (this) {
      all = awaiting;
      awaiting = new ArrayList<>();
    }
    all.forEach(Runnable::run);
  }

  private void resolved(EndpointSet found) {
    synchronized (this) {
      endpoints = found;
    }
    rebuild();
  }

  /** The clusters that an aggregate is made of, in order. */
  void members(List<ClusterHosts> next) {
    members.forEach(member -> member.unwatch(rebuild));
    members = List.copyOf(next);
    for (ClusterHosts member : members) {
      if (member != this) {
        member.watch(rebuild);
      }
    }
    rebuild();
  }

  /** The cluster that this process belongs to, for zone-aware routing. */
  void local(ClusterHosts next) {
    if (local != next) {
      if (local != null) {
        local.unwatch(rebuild);
      }
      local = next;
      if (next != this) {
        next.watch(rebuild);
      }
      rebuild();
    }
  }

  private void watch(Runnable watcher) {
    current();
    var all = new ArrayList<>(watchers);
    all.add(watcher);
    watchers = all;
  }

  private void unwatch(Runnable watcher) {
    var all = new ArrayList<>(watchers);
    all.remove(watcher);
    watchers = all;
  }

  /** The tools after a change of config. */
  private void refit(Cluster last) {
    Workshop tools = workshop;
    if (tools == null) {
      return;
    }
    if (!config.balancing().equals(last.balancing())) {
      tools.balancer = balancer();
    }
    if (!config.outlierDetection().equals(last.outlierDetection())) {
      if (tools.detector != null) {
        tools.detector.close();
      }
      tools.detector = detector();
    }
    tools.builder = new HostBuilder(owner(tools.detector), parts);
  }

  private Workshop workshop() {
    Workshop tools = workshop;
    if (tools == null) {
      OutlierDetector detector = detector();
      var builder = new HostBuilder(owner(detector), parts);
      tools = new Workshop(rebuild, balancer(), builder, detector);
      workshop = tools;
    }
    return tools;
  }

  private ClusterBalancer balancer() {
    return new ClusterBalancer(config.balancing(), new SplittableRandom(seed)::nextLong);
  }

  private ClusterHost.Owner owner(@Nullable OutlierDetector detector) {
    return new ClusterHost.Owner(config, limits, detector, stats, parts.loads().of(config));
  }

  private @Nullable OutlierDetector detector() {
    return config
        .outlierDetection()
        .map(
            detection ->
                new OutlierDetector(config.name(), detection, parts, detectingSince, rebuild))
        .orElse(null);
  }

  /** What an active health check says of a host. */
  void checked(HostState host, ActiveHealth health) {
    boolean ejected = host.ejected;
    Workshop tools = workshop;
    if (health != ActiveHealth.UNHEALTHY && tools != null && tools.detector != null) {
      tools.detector.checkedHealthy(host);
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
    synchronized (this) {
      build();
    }
    tell();
  }

  /** Under the lock: takes none of another cluster, unless hosts of that have been made. */
  private void build() {
    if (config.discovery() instanceof Aggregate) {
      retireHosts();
      closeOriginals();
      if (current == null) {
        // For one that is a member of itself.
        current = HostSet.EMPTY;
      }
      List<Picker> pickers = members.stream().map(member -> member.current().picker()).toList();
      var picker = new AggregatePicker(pickers, config.balancing());
      current = new HostSet(List.of(), HostSet.Drops.NONE, picker, Set.of());
    } else if (config.discovery() instanceof OriginalDestination) {
      retireHosts();
      closeOriginals();
      originals = new OriginalDestinations(owner(null), parts, this::retire);
      current = new HostSet(List.of(), HostSet.Drops.NONE, originals, Set.of());
    } else {
      closeOriginals();
      buildHosts();
    }
  }

  /** Clusters may watch each other in a circle; it ends where it began. */
  private void tell() {
    if (!telling && !watchers.isEmpty()) {
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

  private void buildHosts() {
    Workshop tools = workshop();
    long now = parts.writer().nanoTime();
    var next = new NextHosts(endpoints, hosts(), tools.builder, now);
    groups = next.groups();
    EndpointSet.Policy policy = endpoints.policy();
    var all =
        new Members(
            groups,
            policy.overprovisioningFactor(),
            policy.weightedPriorityHealth(),
            parts.locality(),
            local == null ? List.of() : local.groups);
    if (tools.detector != null) {
      next.hosts().forEach(host -> host.state().watch());
    }
    Picker picker = tools.balancer.picker(all);
    current =
        new HostSet(
            next.hosts(),
            new HostSet.Drops(policy.drops(), parts.loads().of(config)),
            picker,
            config.balancing().overrideHostStatus());
    next.left().forEach(this::retire);
    if (parts.writer().inLoop()) {
      attend();
    } else {
      parts.writer().execute(this::attend);
    }
  }

  private List<ClusterHost> hosts() {
    HostSet now = current;
    return now == null ? List.of() : now.hosts();
  }

  /** On the writer: what runs by time beside the hosts. */
  private void attend() {
    Workshop tools = workshop;
    if (tools == null) {
      return;
    }
    List<ClusterHost> hosts = hosts();
    if (tools.detector != null) {
      tools.detector.hosts(hosts.stream().map(ClusterHost::state).toList());
    }
    // When all weights have grown, an ordinary picker does.
    tools.slowStartOver.disarm();
    SlowStart slow = HostBuilder.slowStart(config);
    hosts.stream()
        .filter(ClusterHost::inSlowStart)
        .mapToLong(host -> host.state().since + slow.window().toNanos())
        .max()
        .ifPresent(end -> parts.writer().arm(tools.slowStartOver, end));
  }

  private void retireHosts() {
    hosts().forEach(host -> retire(host.pools()));
    groups = List.of();
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
    parts.loads().gone(config.name());
    synchronized (this) {
      Workshop tools = workshop;
      workshop = null;
      if (tools != null) {
        tools.slowStartOver.disarm();
        if (tools.detector != null) {
          tools.detector.close();
        }
      }
      if (dns != null) {
        dns.close();
        dns = null;
      }
      if (hold != null) {
        hold.disarm();
      }
      closeOriginals();
      retireHosts();
      current = HostSet.EMPTY;
    }
    settled();
    members.forEach(member -> member.unwatch(rebuild));
    if (local != null) {
      local.unwatch(rebuild);
    }
    parts.book().leave(stats);
    tell();
    watchers = List.of();
  }
}
