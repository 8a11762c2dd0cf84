package io.inmesh.runtime.balance;

/** Maps hashes to hosts, named by their place in a list. Immutable. */
interface HashTable {
  /**
   * The place of a hash.
   *
   * @param attempt 0, or which further choice it is
   */
  int choose(long hash, int attempt);
}
