package io.inmesh.runtime.cluster;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * So many may be out at once, exactly. As long as threads do not meet, one atomic number says what
 * is left. Where they do, each thread has a few permits at hand, taken from that number in batches,
 * and takes from others' hands before it refuses: so a permit is refused only if all are out, and
 * never more are out than there are. Safe for use by many threads.
 */
final class Permits {
  private static final int HANDS = 8;

  /** Ints between two hands: they must not share a cache line, nor the lines beside it. */
  private static final int APART = 32;

  private static final int BATCH = 16;

  /** What is at nobody's hand; below zero when the limit has been lowered under what is out. */
  private final AtomicLong left;

  /** Moves between the number and hands that have begun, and those that have ended. */
  private final AtomicInteger moving = new AtomicInteger();

  private final AtomicInteger moved = new AtomicInteger();
  private final Object making = new Object();
  private volatile @Nullable AtomicIntegerArray hands;
  private volatile int limit;

  Permits(int limit) {
    this.limit = limit;
    this.left = new AtomicLong(limit);
  }

  /** Another limit, at once. */
  void limit(int next) {
    synchronized (making) {
      left.addAndGet((long) next - limit);
      limit = next;
    }
  }

  /** How many are out. */
  int out() {
    long inside = left.get();
    AtomicIntegerArray all = hands;
    for (int i = 0; all != null && i < HANDS; i++) {
      inside += all.get(i * APART);
    }
    return (int) Math.max(0, limit - inside);
  }

  private static int hand() {
    return (int) (Thread.currentThread().getId() & HANDS - 1) * APART;
  }

  boolean take() {
    AtomicIntegerArray all = hands;
    if (all == null) {
      long now = left.get();
      if (now <= 0) {
        return false;
      }
      if (left.compareAndSet(now, now - 1)) {
        return true;
      }
      all = met();
    }
    return (left.get() >= 0 && takeFrom(all, hand())) || fetch(all);
  }

  private static boolean takeFrom(AtomicIntegerArray all, int hand) {
    for (int now = all.get(hand); now > 0; now = all.get(hand)) {
      if (all.compareAndSet(hand, now, now - 1)) {
        return true;
      }
    }
    return false;
  }

  /** Threads have met: from now on each has some at hand. */
  private AtomicIntegerArray met() {
    synchronized (making) {
      AtomicIntegerArray known = hands;
      if (known == null) {
        known = new AtomicIntegerArray(HANDS * APART);
        hands = known;
      }
      return known;
    }
  }

  private boolean fetch(AtomicIntegerArray all) {
    while (true) {
      if (left.get() < 0) {
        settle(all);
      }
      int before = moved.get();
      if (takeSome(all)) {
        return true;
      }
      for (int i = 0; i < HANDS; i++) {
        if (takeFrom(all, i * APART)) {
          return true;
        }
      }
      // What was on its way from one place to another was not seen: only a look without that
      // counts.
      if (moving.get() == before) {
        return false;
      }
    }
  }

  private boolean takeSome(AtomicIntegerArray all) {
    for (long now = left.get(); now > 0; now = left.get()) {
      int some = (int) Math.min(now, Math.max(1, Math.min(BATCH, limit / (2 * HANDS))));
      moving.incrementAndGet();
      boolean taken = left.compareAndSet(now, now - some);
      if (taken) {
        all.addAndGet(hand(), some - 1);
      }
      moved.incrementAndGet();
      if (taken) {
        return true;
      }
    }
    return false;
  }

  /** The limit is lower than it was: what is at hand pays for it first. */
  private void settle(AtomicIntegerArray all) {
    moving.incrementAndGet();
    for (int i = 0; i < HANDS; i++) {
      left.addAndGet(all.getAndSet(i * APART, 0));
    }
    moved.incrementAndGet();
  }

  void give() {
    AtomicIntegerArray all = hands;
    if (all == null || left.get() < 0) {
      left.incrementAndGet();
      return;
    }
    int hand = hand();
    int now = all.incrementAndGet(hand);
    if (now > 2 * BATCH) {
      moving.incrementAndGet();
      if (all.compareAndSet(hand, now, now - BATCH)) {
        left.addAndGet(BATCH);
      }
      moved.incrementAndGet();
    }
  }
}
