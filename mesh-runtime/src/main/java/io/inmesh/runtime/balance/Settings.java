package io.inmesh.runtime.balance;

import io.inmesh.config.Balancing;
import java.util.List;

/**
 * What all pickers of one cluster are built by.
 *
 * @param localityWeights whether localities count by their weights
 */
record Settings(
    Balancing config,
    int overprovisioningFactor,
    boolean weightedPriorityHealth,
    boolean localityWeights) {
  List<PriorityLoads.Health> healths(List<Level> levels) {
    return levels.stream()
        .map(level -> level.health(weightedPriorityHealth, overprovisioningFactor))
        .toList();
  }

  PriorityLoads loads(List<Level> levels) {
    return new PriorityLoads(healths(levels), config.panicThreshold());
  }

  Settings withLocalityWeights(boolean value) {
    return new Settings(config, overprovisioningFactor, weightedPriorityHealth, value);
  }
}
