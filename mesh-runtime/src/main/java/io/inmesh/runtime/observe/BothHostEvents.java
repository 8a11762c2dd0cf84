package io.inmesh.runtime.observe;

import io.inmesh.config.Address;
import io.inmesh.config.Resource;
import io.inmesh.runtime.cluster.HostEvents;
import java.util.Set;

/** Two listeners as one. */
record BothHostEvents(HostEvents first, HostEvents second) implements HostEvents {
  @Override
  public void heldBack(String cluster, boolean held) {
    first.heldBack(cluster, held);
    second.heldBack(cluster, held);
  }

  @Override
  public void removalsHeldBack(Set<Resource.Key> held) {
    first.removalsHeldBack(held);
    second.removalsHeldBack(held);
  }

  @Override
  public void ejected(
      String cluster, Address host, Ejection reason, int ejections, boolean enforced) {
    first.ejected(cluster, host, reason, ejections, enforced);
    second.ejected(cluster, host, reason, ejections, enforced);
  }

  @Override
  public void unejected(String cluster, Address host) {
    first.unejected(cluster, host);
    second.unejected(cluster, host);
  }

  @Override
  public void resolutionFailed(String cluster, String name, String reason) {
    first.resolutionFailed(cluster, name, reason);
    second.resolutionFailed(cluster, name, reason);
  }
}
