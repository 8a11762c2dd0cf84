package io.inmesh.runtime.balance;

import io.inmesh.balance.Pick;
import io.inmesh.balance.Picker;
import io.inmesh.config.Balancing;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Builds the pickers of one cluster, one after the other. What must not start anew with each of
 * them, such as the place in a rotation, is kept here. Owner: the cluster's writer; the pickers are
 * used by all loops.
 */
public final class ClusterBalancer {
  private final Balancing config;
  private final LongSupplier random;

  /**
   * @param random 64 uniform bits per call; for starting points, not for picks
   */
  public ClusterBalancer(Balancing config, LongSupplier random) {
    this.config = config;
    this.random = random;
  }

  /** The policy it was built for. */
  public Balancing config() {
    return config;
  }

  /** A picker for the hosts of now. */
  public Picker picker(Members members) {
    List<? extends Member> usable =
        members.groups().stream()
            .flatMap(group -> group.hosts().stream())
            .filter(host -> host.standing() == Member.Standing.HEALTHY)
            .toList();
    if (usable.isEmpty()) {
      return context -> Pick.None.NO_HEALTHY_HOST;
    }
    long start = random.getAsLong();
    return context ->
        usable.get((int) Long.remainderUnsigned(context.random() + start, usable.size()));
  }
}
