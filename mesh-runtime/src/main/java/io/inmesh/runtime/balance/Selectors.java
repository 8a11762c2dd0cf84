package io.inmesh.runtime.balance;

import io.inmesh.config.Balancing.LeastRequest;
import io.inmesh.config.Balancing.Policy;
import io.inmesh.config.Balancing.Random;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes selectors for one policy. The place in a rotation is kept from one picker to the next, by
 * the name of the list that it rotates over. Owner: the cluster's writer.
 */
final class Selectors {
  private final Policy policy;
  private final LongSupplier random;
  private Map<Object, Rotation> rotations = new HashMap<>();
  private Map<Object, Rotation> next = new HashMap<>();

  Selectors(Policy policy, LongSupplier random) {
    this.policy = policy;
    this.random = random;
  }

  /** All lists have been asked for: those that were not are forgotten. */
  void turn() {
    rotations = next;
    next = new HashMap<>();
  }

  /** Null for no hosts. */
  @Nullable Selector of(Object name, List<Member> list) {
    if (list.isEmpty()) {
      return null;
    }
    Member[] hosts = list.toArray(Member[]::new);
    if (policy instanceof Random) {
      return new Selector.Any(hosts);
    }
    boolean alike = alike(hosts);
    if (policy instanceof LeastRequest least) {
      if (!alike) {
        return new Selector.Weighted(hosts, least.activeRequestBias(), random.getAsLong());
      }
      return least.fullScan()
          ? new Selector.LeastOfAll(hosts)
          : new Selector.LeastOfDrawn(hosts, least.choices());
    }
    return alike
        ? new Selector.InTurn(hosts, rotation(name))
        : new Selector.Weighted(hosts, 0, random.getAsLong());
  }

  private Rotation rotation(Object name) {
    Rotation kept = rotations.get(name);
    Rotation rotation = kept != null ? kept : new Rotation(random.getAsLong());
    next.put(name, rotation);
    return rotation;
  }

  private static boolean alike(Member[] hosts) {
    if (hosts.length == 1) {
      return true;
    }
    for (Member host : hosts) {
      if (host.inSlowStart() || host.weight() != hosts[0].weight()) {
        return false;
      }
    }
    return true;
  }

  /** A schedule over something else than hosts, such as localities. */
  Schedule schedule(double[] weights) {
    return new Schedule(weights.length, entry -> weights[entry], random.getAsLong());
  }
}
