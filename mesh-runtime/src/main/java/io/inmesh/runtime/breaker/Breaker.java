package io.inmesh.runtime.breaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.inmesh.config.CircuitBreaker;
import io.inmesh.explain.CircuitBreakerState;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * A cluster's circuit breaker. While it is closed, an attempt costs one volatile read to admit and
 * three atomic operations to record; what changes the state is under a lock. Resilience4j keeps the
 * states, counts the time it is open and bounds and judges the probes; the outcomes while closed
 * are kept here. Outlives updates: new limits hold at once, judged by the outcomes that are known.
 *
 * <p>{@link #admit} gives a permit; for each that is not {@link #REFUSED}, {@link #ended} or {@link
 * #released} follows once. A permit of an earlier state counts for nothing any more. Any thread.
 */
public final class Breaker {
  /** No permit. */
  public static final int REFUSED = 0;

  private static final int PROBE = 1;

  private final String cluster;
  private final BreakerClock clock;
  private final LongAdder refused = new LongAdder();
  private volatile Period period;

  /** What an error is told with to Resilience4j, which wants an exception. */
  private static final class ProbeFailure extends Exception {
    private static final long serialVersionUID = 1;

    ProbeFailure() {
      super("a probe has failed", null, false, false);
    }
  }

  /**
   * A time in one state under one config.
   *
   * @param number even, and never that of another time: permits tell from when they are
   * @param outcomes of the last time it was closed
   * @param since when the state began, in the clock's nanoseconds
   */
  private record Period(
      int number,
      State state,
      CircuitBreaker config,
      io.github.resilience4j.circuitbreaker.CircuitBreaker core,
      Outcomes outcomes,
      long since,
      int openings) {}

  /**
   * A closed one.
   *
   * @param nanos monotonic time
   */
  public Breaker(String cluster, CircuitBreaker config, LongSupplier nanos) {
    this.cluster = cluster;
    this.clock = new BreakerClock(nanos);
    this.period =
        new Period(
            2,
            State.CLOSED,
            config,
            Cores.closed(cluster, config, clock),
            new Outcomes(config.window()),
            clock.nanos(),
            0);
  }

  /** Asks for an attempt: a permit, or {@link #REFUSED}. */
  public int admit() {
    Period now = period;
    if (now.state == State.CLOSED) {
      return now.number;
    }
    if (now.state == State.OPEN && clock.nanos() - now.since <= now.config.openFor().toNanos()) {
      refused.increment();
      return REFUSED;
    }
    return probe();
  }

  private synchronized int probe() {
    if (period.state == State.CLOSED) {
      return period.number;
    }
    boolean granted = period.core.tryAcquirePermission();
    follow();
    if (!granted) {
      refused.increment();
      return REFUSED;
    }
    return period.number | PROBE;
  }

  /** An attempt has ended so, after so many nanoseconds. */
  public void ended(int permit, boolean failed, long nanos) {
    Period now = period;
    if ((permit & PROBE) != 0) {
      judge(permit, failed, nanos);
    } else if (now.number == permit) {
      boolean slow = nanos > now.config.slowCall().toNanos();
      if (Outcomes.exceed(now.config, now.outcomes.record(failed, slow))) {
        open(permit);
      }
    }
  }

  /** An attempt has ended so that it tells nothing of the cluster. */
  public void released(int permit) {
    if ((permit & PROBE) != 0) {
      synchronized (this) {
        if (isOf(permit)) {
          period.core.releasePermission();
        }
      }
    }
  }

  private boolean isOf(int permit) {
    return period.number == (permit & ~PROBE);
  }

  private synchronized void judge(int permit, boolean failed, long nanos) {
    if (!isOf(permit)) {
      return;
    }
    if (failed) {
      period.core.onError(nanos, TimeUnit.NANOSECONDS, new ProbeFailure());
    } else {
      period.core.onSuccess(nanos, TimeUnit.NANOSECONDS);
    }
    follow();
  }

  private synchronized void open(int permit) {
    if (isOf(permit)) {
      period.core.transitionToOpenState();
      follow();
    }
  }

  /** A state that has ended makes place for the next. */
  private void follow() {
    Period last = period;
    State state = last.core.getState();
    if (state != last.state) {
      boolean closed = state == State.CLOSED;
      period =
          new Period(
              last.number + 2,
              state,
              last.config,
              last.core,
              closed ? new Outcomes(last.config.window()) : last.outcomes,
              clock.nanos(),
              last.openings + (state == State.OPEN ? 1 : 0));
    }
  }

  /**
   * On the cluster's writer: other limits. The last outcomes are judged by them: it opens or closes
   * if that is what they say; one that stays open is so for the new time since it opened.
   */
  public synchronized void update(CircuitBreaker next) {
    Period last = period;
    if (last.config.equals(next)) {
      return;
    }
    Outcomes outcomes =
        last.outcomes.size() == next.window()
            ? last.outcomes
            : last.outcomes.resized(next.window());
    var core = Cores.closed(cluster, next, clock);
    boolean bad = Outcomes.exceed(next, outcomes.counts());
    boolean wasOpen = last.state == State.OPEN;
    long since = last.since;
    if (bad && last.state == State.HALF_OPEN) {
      core.transitionToOpenState();
      core.transitionToHalfOpenState();
    } else if (bad) {
      long left = next.openFor().toNanos() - (wasOpen ? clock.nanos() - since : 0);
      core.transitionToOpenStateFor(Duration.ofNanos(Math.max(left, 0)));
    }
    State state = core.getState();
    period =
        new Period(
            last.number + 2,
            state,
            next,
            core,
            outcomes,
            state == last.state ? since : clock.nanos(),
            last.openings + (state == State.OPEN && !wasOpen ? 1 : 0));
  }

  /** What it is now. */
  public CircuitBreakerState describe() {
    Period now = period;
    long counts = now.outcomes.counts();
    return new CircuitBreakerState(
        cluster,
        now.state.name(),
        Outcomes.all(counts),
        Outcomes.failed(counts),
        Outcomes.slow(counts),
        Duration.ofNanos(clock.nanos() - now.since),
        now.openings,
        refused.sum());
  }
}
