package io.inmesh.loop;

import java.util.concurrent.Executor;

/** One thread, its clock, its timers and its random draws. A call stays on one loop. */
public interface EventLoop extends Executor {
  /** Whether the current thread is this loop's. */
  boolean inLoop();

  /** Monotonic time in nanoseconds, of any origin. */
  long nanoTime();

  /** A uniform draw of 64 bits; the seed is the composition root's. */
  long random();

  /**
   * Arms or moves {@code timer} to the absolute time {@code atNanos}. On the loop only. A timer may
   * fire up to a few milliseconds late, never early.
   */
  void arm(Timer timer, long atNanos);
}
