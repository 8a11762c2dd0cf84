package io.inmesh.runtime.cluster;

import io.inmesh.config.Action.Priority;
import io.inmesh.config.CircuitBreakers.RetryBudget;
import io.inmesh.config.CircuitBreakers.Thresholds;
import io.inmesh.explain.Explanation;
import io.inmesh.transport.ConnectionLimits;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one cluster has under way at one priority, and its limits. Called from all loops; every
 * limit is exact. Outlives updates; new limits hold at once, what is under way stays counted.
 * Source: envoy.config.cluster.v3.CircuitBreakers.Thresholds.
 */
public final class Admission implements ConnectionLimits {
  private final Permits requests;
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger retries = new AtomicInteger();
  private final LongAdder overflows = new LongAdder();
  private volatile Thresholds thresholds;

  Admission(Thresholds thresholds) {
    this.thresholds = thresholds;
    this.requests = new Permits(thresholds.maxRequests());
  }

  /** On the cluster's writer. */
  void thresholds(Thresholds next) {
    thresholds = next;
    requests.limit(next.maxRequests());
  }

  /**
   * Asks for one more request on a connection; false when {@code max_requests} is reached. To be
   * asked when the stream has opened, because a request that waits for a connection is pending and
   * does not count here. Every success is to be followed by one {@link #requestEnded}.
   */
  public boolean tryRequest() {
    boolean granted = requests.take();
    if (!granted) {
      overflows.increment();
    }
    return granted;
  }

  /** A request that was granted is over. */
  public void requestEnded() {
    requests.give();
  }

  /**
   * Asks for one more retry. It counts from the decision, through the back-off, to the next
   * decision or the end of the call: every success is to be followed by one {@link #retryEnded}.
   * With a budget the limit is a share of what is active and pending, but at least its minimum.
   */
  public boolean tryRetry() {
    return take(retries, retryLimit());
  }

  private int retryLimit() {
    Optional<RetryBudget> budget = thresholds.retryBudget();
    if (budget.isEmpty()) {
      return thresholds.maxRetries();
    }
    long now = (long) requests.out() + pending.get();
    return (int) Math.max(budget.get().percent() / 100 * now, budget.get().minRetryConcurrency());
  }

  /** A retry that was granted is over. */
  public void retryEnded() {
    retries.decrementAndGet();
  }

  @Override
  public boolean tryConnect() {
    return take(connections, thresholds.maxConnections());
  }

  @Override
  public void forceConnect() {
    connections.incrementAndGet();
  }

  @Override
  public void disconnected() {
    connections.decrementAndGet();
  }

  @Override
  public boolean tryWait() {
    return take(pending, thresholds.maxPendingRequests());
  }

  @Override
  public void waited() {
    pending.decrementAndGet();
  }

  /** What is under way and what is allowed, for people. */
  public Explanation.Admission describe(Priority priority) {
    Thresholds limits = thresholds;
    return new Explanation.Admission(
        priority.name(),
        requests(),
        limits.maxRequests(),
        pending(),
        limits.maxPendingRequests(),
        connections(),
        limits.maxConnections(),
        retries(),
        requests() >= limits.maxRequests());
  }

  private boolean take(AtomicInteger count, int limit) {
    if (limit == Integer.MAX_VALUE) {
      count.incrementAndGet();
      return true;
    }
    for (int now = count.get(); now < limit; now = count.get()) {
      if (count.compareAndSet(now, now + 1)) {
        return true;
      }
    }
    overflows.increment();
    return false;
  }

  /** Requests on connections. */
  public int requests() {
    return requests.out();
  }

  /** Requests that wait for a connection. */
  public int pending() {
    return pending.get();
  }

  /** Open connections and those being made. */
  public int connections() {
    return connections.get();
  }

  /** Retries under way, back-off included. */
  public int retries() {
    return retries.get();
  }

  /** How often something was refused. */
  public long overflows() {
    return overflows.sum();
  }
}
