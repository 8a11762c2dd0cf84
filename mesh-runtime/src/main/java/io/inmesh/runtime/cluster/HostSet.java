package io.inmesh.runtime.cluster;

import io.inmesh.balance.Pick;
import io.inmesh.balance.PickContext;
import io.inmesh.balance.Picker;
import io.inmesh.config.EndpointSet.Drop;
import io.inmesh.config.FractionalPercent;
import java.util.List;

/** The hosts of a cluster at one moment, and how one is chosen. Immutable. */
public final class HostSet {
  static final HostSet EMPTY = new HostSet(List.of(), List.of(), context -> Pick.None.NO_HOSTS);

  private final List<ClusterHost> hosts;
  private final List<Drop> drops;
  private final Picker picker;

  HostSet(List<ClusterHost> hosts, List<Drop> drops, Picker picker) {
    this.hosts = List.copyOf(hosts);
    this.drops = drops;
    this.picker = picker;
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
    return picker.pick(context);
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
    for (int i = 0; i < drops.size(); i++) {
      FractionalPercent share = drops.get(i).share();
      if (Long.remainderUnsigned(random, share.denominator()) < share.numerator()) {
        return true;
      }
    }
    return false;
  }
}
