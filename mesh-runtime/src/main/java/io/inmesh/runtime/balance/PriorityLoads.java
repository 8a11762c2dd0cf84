package io.inmesh.runtime.balance;

import io.inmesh.explain.Explanation.PriorityStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How calls spread over priorities: percentages for the healthy and for the degraded hosts of each,
 * and which of them are in panic. Immutable. Source: Envoy's description of priority levels, panic
 * thresholds and degraded endpoints.
 */
final class PriorityLoads {
  /** A level without hosts. */
  static final Health NO_HOSTS = new Health(0, 0, 0, 0, 100, 0, 0, 0);

  private final int[] healthy;
  private final int[] degraded;
  private final boolean[] panic;

  /** The level that gets every call, or -1 where a draw decides. */
  private final int sole;

  /**
   * What a priority's load depends on.
   *
   * @param hosts all
   * @param counted all but those that are draining
   * @param overprovisioningFactor percent
   * @param totalWeight as healthyWeight and degradedWeight: by weight, or the counts
   */
  record Health(
      int hosts,
      int counted,
      int healthy,
      int degraded,
      int overprovisioningFactor,
      long totalWeight,
      long healthyWeight,
      long degradedWeight) {
    int availability(long weight) {
      return totalWeight == 0
          ? 0
          : (int) Math.min(100, overprovisioningFactor * weight / totalWeight);
    }

    boolean belowThreshold(long panicThreshold) {
      double percent = counted == 0 ? 0 : 100.0 * healthy / counted + 100.0 * degraded / counted;
      return percent < panicThreshold;
    }
  }

  PriorityLoads(List<Health> levels, double panicThreshold) {
    int count = levels.size();
    long threshold = Math.min(100, Math.round(panicThreshold));
    healthy = new int[count];
    degraded = new int[count];
    panic = new boolean[count];
    var healthyAvailable = new int[count];
    var degradedAvailable = new int[count];
    int sum = 0;
    for (int i = 0; i < count; i++) {
      Health level = levels.get(i);
      healthyAvailable[i] = level.availability(level.healthyWeight());
      degradedAvailable[i] = level.availability(level.degradedWeight());
      sum += healthyAvailable[i] + degradedAvailable[i];
    }
    int available = Math.min(100, sum);
    if (available > 0) {
      int rest = distribute(healthy, healthyAvailable, 100, available);
      rest = distribute(degraded, degradedAvailable, rest, available);
      addRest(healthyAvailable, degradedAvailable, rest);
    } else if (threshold == 0) {
      healthy[0] = 100;
    }
    // Enough hosts altogether: a level with few healthy ones does not panic.
    boolean all = available < 100 && (threshold > 0 || available > 0);
    for (int i = 0; i < count && available < 100; i++) {
      panic[i] = levels.get(i).belowThreshold(threshold);
      all &= panic[i];
    }
    if (all) {
      byHosts(levels);
    }
    sole = sole();
  }

  private int sole() {
    for (int i = 0; i < healthy.length; i++) {
      if (healthy[i] == 100) {
        return i;
      }
    }
    return -1;
  }

  private static int distribute(int[] loads, int[] available, int total, int sum) {
    int rest = total;
    for (int i = 0; i < loads.length; i++) {
      loads[i] = Math.min(rest, available[i] * 100 / sum);
      rest -= loads[i];
    }
    return rest;
  }

  /** What rounding has left goes to the first that can take it. */
  private void addRest(int[] healthyAvailable, int[] degradedAvailable, int rest) {
    int first = firstPositive(healthyAvailable);
    if (first >= 0) {
      healthy[first] += rest;
    } else {
      degraded[firstPositive(degradedAvailable)] += rest;
    }
  }

  private static int firstPositive(int[] values) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] > 0) {
        return i;
      }
    }
    return -1;
  }

  /** All levels panic: health no longer counts. */
  private void byHosts(List<Health> levels) {
    int total = levels.stream().mapToInt(Health::hosts).sum();
    Arrays.fill(healthy, 0);
    Arrays.fill(degraded, 0);
    if (total == 0) {
      healthy[0] = 100;
      return;
    }
    int rest = 100;
    int first = -1;
    for (int i = 0; i < healthy.length; i++) {
      int hosts = levels.get(i).hosts();
      first = first < 0 && hosts > 0 ? i : first;
      healthy[i] = 100 * hosts / total;
      rest -= healthy[i];
    }
    healthy[first] += rest;
  }

  /** Whether every call goes to the same level, whatever is drawn. */
  boolean hasSole() {
    return sole >= 0;
  }

  /**
   * The level for a draw, or for the complement of a level ({@code ~level}) its degraded hosts.
   *
   * @param draw 64 uniform bits, or the call's hash
   */
  int choose(long draw) {
    if (sole >= 0) {
      return sole;
    }
    int percent = (int) Long.remainderUnsigned(draw, 100) + 1;
    int sum = 0;
    for (int i = 0; i < healthy.length; i++) {
      sum += healthy[i];
      if (percent <= sum) {
        return i;
      }
    }
    for (int i = 0; i < degraded.length; i++) {
      sum += degraded[i];
      if (percent <= sum) {
        return ~i;
      }
    }
    return 0;
  }

  /** The loads, for people. */
  List<PriorityStep> describe(List<Health> levels) {
    var steps = new ArrayList<PriorityStep>();
    for (int i = 0; i < levels.size(); i++) {
      steps.add(new PriorityStep(i, levels.get(i).hosts(), healthy[i], degraded[i], panic[i]));
    }
    return steps;
  }

  boolean panics(int level) {
    return panic[level];
  }

  int healthy(int level) {
    return healthy[level];
  }

  int degraded(int level) {
    return degraded[level];
  }
}
