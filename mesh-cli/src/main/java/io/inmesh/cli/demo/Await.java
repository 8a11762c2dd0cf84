package io.inmesh.cli.demo;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for conditions of other processes, which can only be asked again and again. */
final class Await {
  private static final Duration PAUSE = Duration.ofMillis(10);

  private Await() {}

  /** Asks until the answer is yes. */
  static void until(String what, Duration most, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + most.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new Broken("after " + most.toMillis() + " ms still not: " + what);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
