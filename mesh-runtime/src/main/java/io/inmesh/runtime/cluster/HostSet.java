package io.inmesh.runtime.cluster;

import io.inmesh.balance.Pick;
import io.inmesh.balance.PickContext;
import io.inmesh.balance.Picker;
import io.inmesh.config.EndpointSet.Drop;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.FractionalPercent;
import io.inmesh.runtime.balance.Describable;
import io.inmesh.runtime.balance.Described;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The hosts of a cluster at one moment, and how one is chosen. Immutable. */
public final class HostSet {
  static final HostSet EMPTY =
      new HostSet(List.of(), Drops.NONE, context -> Pick.None.NO_HOSTS, Set.of());

  private final List<ClusterHost> hosts;
  private final Drops drops;
  private final Picker picker;
  private final Set<Health> overrideStatus;

  /** By address; made when the first call that is bound to a host comes. */
  private volatile @Nullable Map<String, ClusterHost> byAddress;

  /**
   * Calls that are refused.
   *
   * @param counted null without load reports
   */
  record Drops(List<Drop> shares, @Nullable ClusterLoads counted) {
    static final Drops NONE = new Drops(List.of(), null);
  }

  HostSet(List<ClusterHost> hosts, Drops drops, Picker picker, Set<Health> overrideStatus) {
    this.hosts = List.copyOf(hosts);
    this.drops = drops;
    this.picker = picker;
    this.overrideStatus = overrideStatus;
  }

  /** All hosts, whatever their health, by {@link ClusterHost#index}; of an aggregate, none. */
  public List<ClusterHost> hosts() {
    return hosts;
  }

  /**
   * Chooses; a pick that has a host is a {@link ClusterHost}. Allocates nothing, but once per route
   * where there are subsets, and where a host of a hash table has more than its bounded load.
   */
  public Pick pick(PickContext context) {
    String bound = context.overrideHost();
    if (!bound.isEmpty() && !overrideStatus.isEmpty()) {
      ClusterHost host = byAddress().get(bound);
      if (host != null && overrideStatus.contains(host.health())) {
        return host;
      }
    }
    return bound.isEmpty() || !context.overrideStrict()
        ? picker.pick(context)
        : Pick.None.NO_HEALTHY_HOST;
  }

  /** What {@link #pick} would choose from; for people. */
  public Described describe(PickContext context) {
    return picker instanceof Describable able
        ? able.describe(context)
        : new Described("", host -> true, List.of());
  }

  private Map<String, ClusterHost> byAddress() {
    Map<String, ClusterHost> known = byAddress;
    if (known == null) {
      known = new HashMap<>();
      for (ClusterHost host : hosts) {
        known.put(host.endpoint().address().toString(), host);
      }
      byAddress = known;
    }
    return known;
  }

  Picker picker() {
    return picker;
  }

  /**
   * Whether the call is to be refused for the load assignment's drop_overloads; to be asked once
   * per call, before its first pick.
   *
   * @param random a draw of the call
   */
  public boolean drops(long random) {
    List<Drop> shares = drops.shares();
    for (int i = 0; i < shares.size(); i++) {
      FractionalPercent share = shares.get(i).share();
      if (Long.remainderUnsigned(random, share.denominator()) < share.numerator()) {
        if (drops.counted() != null) {
          drops.counted().dropped(shares.get(i).category());
        }
        return true;
      }
    }
    return false;
  }
}
