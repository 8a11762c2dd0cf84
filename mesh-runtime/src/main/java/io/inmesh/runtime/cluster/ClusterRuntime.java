package io.inmesh.runtime.cluster;

import io.inmesh.config.Action.Priority;
import io.inmesh.config.CircuitBreaker;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.Failures;
import io.inmesh.explain.CircuitBreakerState;
import io.inmesh.runtime.breaker.Breaker;
import io.inmesh.runtime.cluster.HostState.ActiveHealth;
import io.inmesh.runtime.live.Scope;
import io.inmesh.runtime.stats.ClusterStats;
import io.inmesh.runtime.stats.TrafficTable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A cluster as a call keeps it to its end: its config is fixed, admission and hosts are live and
 * shared with the forms of the cluster before and after.
 *
 * <p>A call asks {@link HostSet#drops} once, then for each attempt {@link HostSet#pick}, {@link
 * ClusterHost#began}, {@link ClusterHost#pool}; when the stream opens {@link Admission#tryRequest};
 * at the head {@link ClusterHost#report(int)}; at the end {@link Admission#requestEnded} and {@link
 * ClusterHost#ended}. Admission is the picked host's: an aggregate's hosts belong to its member
 * clusters.
 */
public final class ClusterRuntime {
  private final Cluster config;
  private final ClusterHosts hosts;
  private final @Nullable Breaker breaker;
  private final Failures failures;
  private @Nullable TrafficTable traffic;

  /**
   * On the writer. Takes over hosts and counts of the form before, if {@code scope} has the same
   * live parts. Nothing changes for calls before one of the {@code update} methods is called.
   */
  public ClusterRuntime(Cluster config, Scope scope, ClusterParts parts) {
    this.config = config;
    this.hosts =
        scope.keep(
            config.name(),
            ClusterHosts.class,
            ClusterHosts.class,
            () -> new ClusterHosts(config, new Limits(config.circuitBreakers()), parts),
            ClusterHosts::close);
    this.failures =
        config.resilience().breaker().map(CircuitBreaker::failures).orElse(Failures.OF_A_SERVICE);
    this.breaker =
        config
            .resilience()
            .breaker()
            .map(
                limits ->
                    scope.keep(
                        config.name(),
                        Breaker.class,
                        Breaker.class,
                        () -> new Breaker(config.name(), limits, parts.writer()::nanoTime),
                        gone -> {}))
            .orElse(null);
  }

  /** The circuit breaker that its attempts are asked by; null without one. */
  public @Nullable Breaker breaker() {
    return breaker;
  }

  /** What it was assembled from. */
  public Cluster config() {
    return config;
  }

  /** The hosts of now; read again by every attempt. */
  public HostSet hosts() {
    return hosts.current();
  }

  /**
   * Whether the names of its hosts are being looked up for the first time; {@code known} then runs,
   * once, on any thread, when that has ended or taken longer than a connection may.
   */
  public boolean awaitHosts(Runnable known) {
    return hosts.await(known);
  }

  /** What the cluster counts. */
  public ClusterStats stats() {
    return hosts.stats();
  }

  /** Where calls that found no host are counted; null until somebody has {@link #countBy}. */
  public @Nullable TrafficTable traffic() {
    return traffic;
  }

  /** Remembers where they are counted. From any loop: all would find the same. */
  public void countBy(TrafficTable table) {
    traffic = table;
  }

  /** What the cluster has under way. */
  public Admission admission(Priority priority) {
    return hosts.limits().of(priority);
  }

  /**
   * On the writer: makes this config and these endpoints the cluster's. To be called once for each
   * new form of the cluster, and for each change of its endpoints.
   *
   * @param endpoints what EDS gives; not looked at where the hosts come from elsewhere
   */
  public void update(EndpointSet endpoints) {
    config.resilience().breaker().ifPresent(this::limit);
    hosts.stats().breaker(breaker);
    hosts.update(config, endpoints);
  }

  /** Its circuit breaker of now; empty without one. */
  public Optional<CircuitBreakerState> circuitBreaker() {
    return Optional.ofNullable(breaker).map(Breaker::describe);
  }

  /** What its circuit breaker takes for a failure. */
  public Failures failures() {
    return failures;
  }

  private void limit(CircuitBreaker limits) {
    if (breaker != null) {
      breaker.update(limits);
    }
  }

  /** On the writer: whether one of its own hosts has answered since this was asked last. */
  public boolean hasAnswered() {
    boolean any = false;
    for (ClusterHost host : hosts.known().hosts()) {
      any |= host.state().hasAnswered(HostState.FOR_REMOVALS);
    }
    return any;
  }

  /** On the writer: what an active health check found. */
  public void checked(HostState host, ActiveHealth health) {
    hosts.checked(host, health);
  }

  /**
   * On the writer: the clusters that an aggregate is made of, in order; after {@link #update}, and
   * again when one of them was removed or came back.
   */
  public void members(List<ClusterRuntime> members) {
    hosts.members(members.stream().map(member -> member.hosts).toList());
  }

  /**
   * On the writer: the cluster that this process belongs to, whose hosts say how many processes
   * like this one each zone has. Without it there is no zone-aware routing. Source: the bootstrap's
   * cluster_manager.local_cluster_name.
   */
  public void local(ClusterRuntime own) {
    hosts.local(own.hosts);
  }
}
