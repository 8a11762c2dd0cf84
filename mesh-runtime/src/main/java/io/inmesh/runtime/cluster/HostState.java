package io.inmesh.runtime.cluster;

import io.inmesh.config.Address;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one host of one cluster; outlives every {@link HostSet}. Counts are written by
 * many loops and exact; health by the cluster's writer only.
 */
public final class HostState {
  private final Address address;
  private @Nullable String name;
  private final LongAdder inFlight = new LongAdder();

  /** Made when outlier detection first sees the host: most clusters have none. */
  private @Nullable OutlierMonitor monitor;

  /** When it joined, or last became healthy by an active check: slow start counts from here. */
  long since;

  boolean ejected;
  ActiveHealth active = ActiveHealth.UNCHECKED;

  /** What active health checks say. */
  public enum ActiveHealth {
    /** Nothing: no checks, or no answer yet. */
    UNCHECKED,
    HEALTHY,
    DEGRADED,
    UNHEALTHY
  }

  /** Who may look whether hosts answer; each sees every answer. */
  static final int FOR_EMPTY_UPDATES = 1;

  static final int FOR_REMOVALS = 2;
  private static final int FOR_ALL = FOR_EMPTY_UPDATES | FOR_REMOVALS;

  /** Those for whom it has answered a request since they looked. */
  private volatile int answered;

  HostState(Address address, long since) {
    this.address = address;
    this.since = since;
  }

  /** Where it is, as text; made once. */
  String name() {
    String known = name;
    if (known == null) {
      known = address.toString();
      name = known;
    }
    return known;
  }

  /** Where it is. */
  public Address address() {
    return address;
  }

  /** Requests in flight. */
  public int inFlight() {
    return (int) inFlight.sum();
  }

  /** On the writer, before the host is handed out. */
  void watch() {
    if (monitor == null) {
      monitor = new OutlierMonitor();
    }
  }

  /** Only of a host that is watched. */
  OutlierMonitor monitor() {
    return Objects.requireNonNull(monitor);
  }

  /** From any loop. */
  void answers() {
    if (answered != FOR_ALL) {
      answered = FOR_ALL;
    }
  }

  /** On the writer: whether it has answered since this one looked last. */
  boolean hasAnswered(int forWhom) {
    int was = answered;
    answered = was & ~forWhom;
    return (was & forWhom) != 0;
  }

  void began() {
    inFlight.increment();
  }

  void ended() {
    inFlight.decrement();
  }
}
