package io.inmesh.runtime.stats;

import io.inmesh.runtime.breaker.Breaker;
import org.jspecify.annotations.Nullable;

/**
 * What one cluster counts, by Envoy's names. Outlives updates. {@link #add} belongs to the loops;
 * the rest is for any thread. Source: Envoy, "Cluster manager statistics".
 */
public final class ClusterStats {
  private static final int COUNTS = Count.values().length;

  private final String cluster;
  private final Cells cells = new Cells(COUNTS);
  private final Gauges gauges;
  private final ClusterBook book;
  private volatile boolean used;
  private volatile @Nullable Breaker breaker;

  /** Counters, by Envoy's names. */
  public enum Count {
    /** Attempts. */
    UPSTREAM_RQ_TOTAL,
    /** Calls that have got an answer, also one in our own name. */
    UPSTREAM_RQ_COMPLETED,
    UPSTREAM_RQ_1XX,
    UPSTREAM_RQ_2XX,
    UPSTREAM_RQ_3XX,
    UPSTREAM_RQ_4XX,
    UPSTREAM_RQ_5XX,
    /** Calls that were given up for their own time limit. */
    UPSTREAM_RQ_TIMEOUT,
    /** Attempts that were given up for theirs. */
    UPSTREAM_RQ_PER_TRY_TIMEOUT,
    /** Further attempts. */
    UPSTREAM_RQ_RETRY,
    /** Calls that a further attempt has saved. */
    UPSTREAM_RQ_RETRY_SUCCESS,
    /** Further attempts that limit or budget forbade. */
    UPSTREAM_RQ_RETRY_OVERFLOW,
    /** Calls that failed after all attempts they had. */
    UPSTREAM_RQ_RETRY_LIMIT_EXCEEDED,
    /** Attempts that thresholds refused. */
    UPSTREAM_RQ_PENDING_OVERFLOW,
    /** Attempts for which no connection could be had. */
    UPSTREAM_RQ_PENDING_FAILURE_EJECT,
    /** Attempts that the peer reset. */
    UPSTREAM_RQ_RX_RESET,
    /** Connections that could not be made. */
    UPSTREAM_CX_CONNECT_FAIL,
    /** Connections that took too long to be made. */
    UPSTREAM_CX_CONNECT_TIMEOUT,
    /** Calls for which there was no host. */
    UPSTREAM_CX_NONE_HEALTHY,
    /** Attempts that the circuit breaker refused; beyond Envoy. */
    UPSTREAM_RQ_BREAKER_OPEN,
    /** Calls in whose failure's place a fallback stood; beyond Envoy. */
    FALLBACK
  }

  /** What is now. Called by any thread. */
  public interface Gauges {
    /** Requests on connections. */
    long activeRequests();

    /** Requests that wait for a connection. */
    long pendingRequests();

    /** Open connections. */
    long connections();

    /** Hosts. */
    long members();

    /** Hosts that take calls as healthy ones. */
    long healthyMembers();

    /** Hosts that are ejected. */
    long ejectedMembers();
  }

  /** Counts for a cluster; it is not in the book before it is used. */
  public ClusterStats(String cluster, Gauges gauges, ClusterBook book) {
    this.cluster = cluster;
    this.gauges = gauges;
    this.book = book;
  }

  /** The cluster's name. */
  public String cluster() {
    return cluster;
  }

  /** What is now. */
  public Gauges gauges() {
    return gauges;
  }

  /** The cluster's circuit breaker of now; null without one. */
  public @Nullable Breaker breaker() {
    return breaker;
  }

  /** The cluster has this circuit breaker from now on. */
  public void breaker(@Nullable Breaker next) {
    if (breaker != next) {
      breaker = next;
      if (used) {
        book.changed(this);
      }
    }
  }

  /** One more. On the loop of the stripe. */
  public void add(int stripe, Count count) {
    Cells.add(cells.row(stripe), count.ordinal(), 1);
    if (!used) {
      used = true;
      book.enter(this);
    }
  }

  /** One more answer of a status. On the loop of the stripe. */
  public void answered(int stripe, int status) {
    add(stripe, Count.UPSTREAM_RQ_COMPLETED);
    int hundreds = status / 100;
    if (hundreds >= 1 && hundreds <= 5) {
      Cells.add(cells.row(stripe), Count.UPSTREAM_RQ_COMPLETED.ordinal() + hundreds, 1);
    }
  }

  /** How many. */
  public long sum(Count count) {
    return cells.sum(count.ordinal());
  }
}
