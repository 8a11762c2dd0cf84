package io.inmesh.runtime.balance;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Picks by weight, exactly in proportion: an {@link Edf} for each thread that asks, each starting
 * somewhere else. Who finds its own busy takes another's, so nobody waits.
 */
final class Schedule {
  private static final int STRIPES = 16;

  private final AtomicReferenceArray<Edf> stripes = new AtomicReferenceArray<>(STRIPES);
  private final int size;
  private final Edf.Weights weights;
  private final long seed;

  Schedule(int size, Edf.Weights weights, long seed) {
    this.size = size;
    this.weights = weights;
    this.seed = seed;
  }

  /**
   * The next entry.
   *
   * @param random used only if every stripe is busy
   */
  int next(long random) {
    int own = Rotation.stripe(STRIPES);
    for (int i = 0; i < STRIPES; i++) {
      int stripe = (own + i) % STRIPES;
      Edf edf = stripes.get(stripe);
      if (edf == null) {
        edf = start(stripe);
      }
      if (edf.tryEnter()) {
        try {
          return edf.pick(weights);
        } finally {
          edf.leave();
        }
      }
    }
    return draw(random);
  }

  private Edf start(int stripe) {
    int picks = (int) Long.remainderUnsigned(Rotation.mix(seed + stripe), size);
    var edf = new Edf(size, weights, picks);
    Edf other = stripes.compareAndExchange(stripe, null, edf);
    return other == null ? edf : other;
  }

  private int draw(long random) {
    double total = 0;
    for (int i = 0; i < size; i++) {
      total += weights.of(i);
    }
    double at = (random >>> 11) * 0x1p-53 * total;
    int entry = 0;
    while (entry < size - 1 && at >= weights.of(entry)) {
      at -= weights.of(entry);
      entry++;
    }
    return entry;
  }
}
