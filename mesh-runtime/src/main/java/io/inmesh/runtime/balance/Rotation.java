package io.inmesh.runtime.balance;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A counter for taking turns, one for each thread that uses it, so that loops do not contend: each
 * counts exactly for itself and starts somewhere else. Two threads may happen to share one.
 */
final class Rotation {
  private static final int STRIPES = 16;

  /** Keeps a stripe's counter alone on its cache line. */
  private static final int MIDDLE = 16;

  private final AtomicReferenceArray<AtomicIntegerArray> stripes =
      new AtomicReferenceArray<>(STRIPES);

  private final long seed;

  Rotation(long seed) {
    this.seed = seed;
  }

  /** The stripe of the current thread: loops are started together, so their ids differ here. */
  static int stripe(int stripes) {
    return (int) Thread.currentThread().getId() & (stripes - 1);
  }

  /** The next turn: from 0 to {@code size}, exclusive. */
  int next(int size) {
    int stripe = stripe(STRIPES);
    AtomicIntegerArray counter = stripes.get(stripe);
    if (counter == null) {
      counter = start(stripe);
    }
    return Integer.remainderUnsigned(counter.getAndIncrement(MIDDLE), size);
  }

  private AtomicIntegerArray start(int stripe) {
    var counter = new AtomicIntegerArray(2 * MIDDLE);
    // Far from where the count wraps, which would disturb the order once.
    counter.set(MIDDLE, (int) (mix(seed + stripe) >>> 34));
    AtomicIntegerArray other = stripes.compareAndExchange(stripe, null, counter);
    return other == null ? counter : other;
  }

  /** The finalizer of SplitMix64: spreads seeds that are close together. */
  static long mix(long value) {
    long z = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
