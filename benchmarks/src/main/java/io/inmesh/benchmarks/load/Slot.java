package io.inmesh.benchmarks.load;

import io.inmesh.benchmarks.client.Client;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/** One strand of a closed loop: its next exchange begins when the last has ended. */
final class Slot implements Client.Done {
  private static final long LONGEST_NANOS = 60_000_000_000L;
  private static final long PAUSE_NANOS = 1_000_000;
  private static final int IN_FLIGHT = 0;
  private static final int RETURNED = 1;
  private static final int ENDED = 2;

  private final Phase phase;
  private final CountDownLatch stopped;
  private final LongSupplier clock;
  private final AtomicInteger state = new AtomicInteger();
  private final Histogram nanos = new Histogram(LONGEST_NANOS, 3);
  private Client.Asynchronous client = done -> done.done(false);
  private long start;
  private long count;
  private long errors;

  /** What all strands of a window have in common. */
  static final class Phase {
    volatile boolean recording;
    volatile boolean over;
  }

  Slot(Phase phase, CountDownLatch stopped, LongSupplier clock) {
    this.phase = phase;
    this.stopped = stopped;
    this.clock = clock;
  }

  /** Loops on the threads of the client. */
  void run(Client.Asynchronous asynchronous) {
    client = asynchronous;
    next();
  }

  /** An exchange that ends at once is followed by the next without recursion. */
  private void next() {
    while (!phase.over) {
      state.set(IN_FLIGHT);
      start = clock.getAsLong();
      try {
        client.call(this);
      } catch (RuntimeException refused) {
        errors++;
        LockSupport.parkNanos(PAUSE_NANOS);
        continue;
      }
      if (state.compareAndSet(IN_FLIGHT, RETURNED)) {
        return;
      }
    }
    stopped.countDown();
  }

  @Override
  public void done(boolean expected) {
    record(expected);
    if (!state.compareAndSet(IN_FLIGHT, ENDED)) {
      next();
    }
  }

  /** Loops on the current thread. */
  void run(Client.Blocking blocking) {
    while (!phase.over) {
      start = clock.getAsLong();
      boolean expected = false;
      try {
        expected = blocking.call();
      } catch (Exception failed) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      record(expected);
    }
    stopped.countDown();
  }

  private void record(boolean expected) {
    if (phase.recording) {
      nanos.recordValue(Math.min(clock.getAsLong() - start, LONGEST_NANOS));
      count++;
      errors += expected ? 0 : 1;
    }
  }

  /** Adds what this strand has seen; after the end of the window. */
  void addTo(Histogram all) {
    all.add(nanos);
  }

  long count() {
    return count;
  }

  long errors() {
    return errors;
  }
}
