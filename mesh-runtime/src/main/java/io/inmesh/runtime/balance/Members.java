package io.inmesh.runtime.balance;

import java.util.List;

/**
 * All hosts of a cluster, as a balancer is built from them.
 *
 * @param overprovisioningFactor percent; 140 is Envoy's default
 * @param weightedPriorityHealth whether a priority's health counts its hosts' weights
 */
public record Members(
    List<Group> groups, int overprovisioningFactor, boolean weightedPriorityHealth) {
  public Members {
    groups = List.copyOf(groups);
  }
}
