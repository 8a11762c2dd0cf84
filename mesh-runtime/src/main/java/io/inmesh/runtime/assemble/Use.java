package io.inmesh.runtime.assemble;

/** Whether a listener has taken calls lately. Marked by all loops, cleared by the config thread. */
final class Use {
  /**
   * Not volatile: a mark that is seen late, or lost to a clearing at the same moment, does no harm.
   */
  private boolean marked;

  /** Reads before it writes, so that the line stays shared. */
  void mark() {
    if (!marked) {
      marked = true;
    }
  }

  /** Whether it was marked since the last time. */
  boolean clear() {
    boolean was = marked;
    marked = false;
    return was;
  }
}
