package io.inmesh.runtime.engine;

import java.util.concurrent.atomic.LongAdder;

/** Counts of a mesh. Striped: they only tell. */
public final class Counters {
  private final InFlight inFlight;
  private final LongAdder resent = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder unrepeatable = new LongAdder();
  private final LongAdder unmeshed = new LongAdder();
  private final LongAdder mirrors = new LongAdder();

  /** Nothing has been counted yet. */
  public Counters(InFlight inFlight) {
    this.inFlight = inFlight;
  }

  void wasResent() {
    resent.increment();
  }

  void retried() {
    retries.increment();
  }

  void becameUnrepeatable() {
    unrepeatable.increment();
  }

  void mirrored() {
    mirrors.increment();
  }

  /** One more call went to a destination that is not in the mesh. */
  public void wentUnmeshed() {
    unmeshed.increment();
  }

  /** Calls to destinations that are not in the mesh, passed on as they were. */
  public long unmeshed() {
    return unmeshed.sum();
  }

  /** Calls under way. */
  public int inFlight() {
    return inFlight.size();
  }

  /** Calls that were started. */
  public long calls() {
    return inFlight.started();
  }

  /** Requests sent again because nothing of them had reached the peer. */
  public long resent() {
    return resent.sum();
  }

  /** Further attempts that a retry policy asked for. */
  public long retries() {
    return retries.sum();
  }

  /** Calls whose request body outgrew what is kept for further attempts. */
  public long unrepeatable() {
    return unrepeatable.sum();
  }

  /** Copies sent to mirrors. */
  public long mirrors() {
    return mirrors.sum();
  }
}
