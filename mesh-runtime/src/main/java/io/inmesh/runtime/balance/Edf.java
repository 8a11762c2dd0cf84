package io.inmesh.runtime.balance;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An earliest-deadline-first schedule: who has been picked is due again after 1/weight. Used by one
 * thread at a time, which holds {@link #tryEnter}. Equal deadlines come in the order of insertion.
 */
final class Edf {
  private final AtomicBoolean busy = new AtomicBoolean();
  private final double[] deadlines;
  private final long[] orders;

  /** Indexes of entries; a heap, whose first is due first. */
  private final int[] heap;

  private long insertions;

  /** Weighs an entry at the moment it is scheduled; more than zero. */
  @FunctionalInterface
  interface Weights {
    double of(int entry);
  }

  /** A schedule as it is after {@code picks} picks. */
  Edf(int size, Weights weights, int picks) {
    deadlines = new double[size];
    orders = new long[size];
    heap = new int[size];
    for (int i = 0; i < size; i++) {
      deadlines[i] = 1 / weights.of(i);
      orders[i] = insertions++;
      heap[i] = i;
    }
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(i);
    }
    for (int i = 0; i < picks; i++) {
      pick(weights);
    }
  }

  boolean tryEnter() {
    return !busy.get() && busy.compareAndSet(false, true);
  }

  void leave() {
    busy.set(false);
  }

  /** Who is due; it is scheduled again. */
  int pick(Weights weights) {
    int entry = heap[0];
    deadlines[entry] += 1 / weights.of(entry);
    orders[entry] = insertions++;
    sink(0);
    return entry;
  }

  private void sink(int from) {
    int at = from;
    int entry = heap[at];
    for (int child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) {
        child++;
      }
      if (!before(heap[child], entry)) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = entry;
  }

  private boolean before(int a, int b) {
    return deadlines[a] < deadlines[b] || (deadlines[a] == deadlines[b] && orders[a] < orders[b]);
  }
}
