package io.inmesh.runtime.assemble;

import java.time.Duration;

/**
 * How many lines a plane can make us log: so many a minute, and how many more it would have been.
 * Owner: the config thread.
 */
final class LogBudget {
  private static final int LINES = 200;
  private static final long WINDOW = Duration.ofMinutes(1).toNanos();

  private long start;
  private int written;
  private long left;

  LogBudget(long now) {
    this.start = now;
  }

  /** Whether one more line may be written. */
  boolean take(long now) {
    if (now - start >= WINDOW) {
      start = now;
      written = 0;
    }
    if (written < LINES) {
      written++;
      return true;
    }
    left++;
    return false;
  }

  /** How many lines were not written since this was last asked. */
  long takeLeft() {
    long all = left;
    left = 0;
    return all;
  }
}
