package io.inmesh.runtime.balance;

import io.inmesh.config.Balancing.Maglev;
import io.inmesh.config.Balancing.Policy;
import io.inmesh.config.Balancing.RingHash;
import java.util.HashMap;
import java.util.Map;

/**
 * Builds the tables of one cluster. A table whose hosts stay the same is kept: an update that
 * changes nothing of it must not cost a table. Owner: the cluster's writer.
 */
final class HashTables {
  private final Policy policy;
  private Map<Object, Kept> kept = new HashMap<>();
  private Map<Object, Kept> next = new HashMap<>();

  private record Kept(HashShares shares, HashTable table) {}

  HashTables(Policy policy) {
    this.policy = policy;
  }

  /** All tables have been asked for: those that were not are forgotten. */
  void turn() {
    kept = next;
    next = new HashMap<>();
  }

  boolean useHostname() {
    return policy instanceof RingHash ring
        ? ring.useHostname()
        : policy instanceof Maglev maglev && maglev.useHostname();
  }

  /** Percent of the mean load that a host may have; 0 for no bound. */
  int balanceFactor() {
    return policy instanceof RingHash ring
        ? ring.hashBalanceFactor()
        : policy instanceof Maglev maglev ? maglev.hashBalanceFactor() : 0;
  }

  /** A table of hosts, which must not be none. */
  HashTable table(Object name, HashShares shares) {
    Kept before = kept.get(name);
    HashTable table = before != null && before.shares.alike(shares) ? before.table : build(shares);
    next.put(name, new Kept(shares, table));
    return table;
  }

  private HashTable build(HashShares shares) {
    return policy instanceof RingHash ring
        ? Ring.of(shares, ring)
        : MaglevTable.of(shares, (int) ((Maglev) policy).tableSize());
  }
}
