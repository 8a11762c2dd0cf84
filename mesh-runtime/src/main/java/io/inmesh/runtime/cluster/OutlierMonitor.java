package io.inmesh.runtime.cluster;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one host's answers say of it. Counts are written by many loops; the rest by the cluster's
 * writer.
 */
final class OutlierMonitor {
  final AtomicInteger serverErrors = new AtomicInteger();
  final AtomicInteger gatewayFailures = new AtomicInteger();
  final AtomicInteger localOriginFailures = new AtomicInteger();
  final Rate external = new Rate();
  final Rate localOrigin = new Rate();

  /** All its ejections. */
  int ejections;

  /** How many base times an ejection lasts; counts down while the host stays. */
  int backoff;

  long ejectedAt;
  long jitter;
  private boolean wasUnejected;
  private long unejectedAt;

  /** Successes and failures since the last sweep. Striped: it tells, it does not decide a call. */
  static final class Rate {
    private final LongAdder successes = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private long lastSuccesses;
    private long lastFailures;
    private long volume;
    private long passed;

    void success() {
      successes.increment();
    }

    void failure() {
      failures.increment();
    }

    /** Closes the interval: what follows counts for the next one. On the writer. */
    void turn() {
      long nowSuccesses = successes.sum();
      long nowFailures = failures.sum();
      passed = nowSuccesses - lastSuccesses;
      volume = passed + nowFailures - lastFailures;
      lastSuccesses = nowSuccesses;
      lastFailures = nowFailures;
    }

    /** Requests in the interval that was closed last. */
    long volume() {
      return volume;
    }

    /** Percent of them that succeeded. Only if there were any. */
    double percent() {
      return passed * 100.0 / volume;
    }
  }

  /** The host answered well. Counters that are zero are not written, which keeps them shared. */
  void succeeded() {
    external.success();
    clear(serverErrors);
    clear(gatewayFailures);
  }

  /** The host could be reached. */
  void connected() {
    localOrigin.success();
    clear(localOriginFailures);
  }

  private static void clear(AtomicInteger failures) {
    if (failures.get() != 0) {
      failures.set(0);
    }
  }

  /** It is used again. On the writer. */
  void unejected(long now) {
    serverErrors.set(0);
    gatewayFailures.set(0);
    localOriginFailures.set(0);
    wasUnejected = true;
    unejectedAt = now;
  }

  /** It was in use through a sweep: its next ejection is shorter. On the writer. */
  void stayed(long now, long interval) {
    if (wasUnejected && now - unejectedAt >= interval && backoff > 0) {
      backoff--;
    }
  }

  /** Forgets all but the rates, whose differences are what counts. On the writer. */
  void reset() {
    unejected(0);
    wasUnejected = false;
    ejections = 0;
    backoff = 0;
    external.turn();
    localOrigin.turn();
  }
}
