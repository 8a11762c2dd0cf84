package io.inmesh.cli.demo;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** People who buy, one after another on a few threads, so that there is something to see. */
final class Customers implements AutoCloseable {
  private static final int THREADS = 3;
  private static final Duration PAUSE = Duration.ofMillis(150);
  private static final int NEWCOMERS = 5;

  private final LongAdder bought = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final Thread[] threads = new Thread[THREADS];
  private volatile boolean stopped;

  Customers(URI front) {
    for (int i = 0; i < THREADS; i++) {
      String user = i % 2 == 0 ? "ada" : "bob";
      threads[i] = new Thread(() -> buy(new Customer(front), user), "customer-" + i);
      threads[i].setDaemon(true);
      threads[i].start();
    }
  }

  private void buy(Customer customer, String user) {
    for (long turn = 0; !stopped; turn++) {
      try {
        // Every fifth tries what is new.
        boolean well =
            turn % NEWCOMERS == 0 ? customer.buys(user, "x-cohort", "beta") : customer.buys(user);
        (well ? bought : failed).increment();
      } catch (IOException broken) {
        failed.increment();
      } catch (InterruptedException stopping) {
        return;
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** How many bought something. */
  long bought() {
    return bought.sum();
  }

  /** How many were disappointed. */
  long failed() {
    return failed.sum();
  }

  @Override
  public void close() {
    stopped = true;
    for (Thread thread : threads) {
      thread.interrupt();
    }
  }
}
