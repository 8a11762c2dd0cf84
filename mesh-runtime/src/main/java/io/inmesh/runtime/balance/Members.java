package io.inmesh.runtime.balance;

import io.inmesh.config.Locality;
import java.util.List;

/**
 * All hosts of a cluster, as a balancer is built from them.
 *
 * @param overprovisioningFactor percent; 140 is Envoy's default
 * @param weightedPriorityHealth whether a priority's health counts its hosts' weights
 * @param own where this process stands
 * @param local the processes like this one; none if zones do not count
 */
public record Members(
    List<Group> groups,
    int overprovisioningFactor,
    boolean weightedPriorityHealth,
    Locality own,
    List<Group> local) {
  public Members {
    groups = List.copyOf(groups);
    local = List.copyOf(local);
  }
}
