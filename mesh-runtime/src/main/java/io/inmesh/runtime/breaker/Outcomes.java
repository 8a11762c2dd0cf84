package io.inmesh.runtime.breaker;

import io.inmesh.config.CircuitBreaker;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The last outcomes and how many of them are bad: what Resilience4j's window counts, without its
 * objects or locks, and with the outcomes themselves, so that another window can be filled from
 * them. Any thread records; counts are exact once all have returned.
 */
final class Outcomes {
  /** Counts are packed: all, failed, slow, of twenty bits each. */
  private static final int BITS = 20;

  private static final long MASK = (1L << BITS) - 1;
  private static final long ONE = 1L << (2 * BITS);
  private static final long FAILED = 1L << BITS;
  private static final long SLOW = 1;

  private static final int THERE = 1;
  private static final int IS_FAILED = 2;
  private static final int IS_SLOW = 4;

  private final AtomicIntegerArray slots;
  private final AtomicLong recorded = new AtomicLong();
  private final AtomicLong counts = new AtomicLong();

  Outcomes(int size) {
    this.slots = new AtomicIntegerArray(size);
  }

  int size() {
    return slots.length();
  }

  /** Records one; returns the counts with it. */
  long record(boolean failed, boolean slow) {
    return put(THERE | (failed ? IS_FAILED : 0) | (slow ? IS_SLOW : 0));
  }

  private long put(int outcome) {
    int slot = (int) (recorded.getAndIncrement() % slots.length());
    int before = slots.getAndSet(slot, outcome);
    long change = weight(outcome) - weight(before);
    return change == 0 ? counts.get() : counts.addAndGet(change);
  }

  private static long weight(int outcome) {
    if (outcome == 0) {
      return 0;
    }
    return ONE + ((outcome & IS_FAILED) == 0 ? 0 : FAILED) + ((outcome & IS_SLOW) == 0 ? 0 : SLOW);
  }

  /** The counts of now. */
  long counts() {
    return counts.get();
  }

  /** A window of another size with the last of these outcomes. */
  Outcomes resized(int size) {
    var next = new Outcomes(size);
    long end = recorded.get();
    for (long i = Math.max(0, end - Math.min(size, slots.length())); i < end; i++) {
      int outcome = slots.get((int) (i % slots.length()));
      if (outcome != 0) {
        next.put(outcome);
      }
    }
    return next;
  }

  static int all(long counts) {
    return (int) (counts >>> (2 * BITS));
  }

  static int failed(long counts) {
    return (int) (counts >>> BITS & MASK);
  }

  static int slow(long counts) {
    return (int) (counts & MASK);
  }

  /** Whether a breaker opens at these counts. */
  static boolean exceed(CircuitBreaker limits, long counts) {
    int all = all(counts);
    return all >= limits.minimumCalls()
        && (failed(counts) * 100.0 >= limits.failureRate() * all
            || slow(counts) * 100.0 >= limits.slowCallRate() * all);
  }
}
