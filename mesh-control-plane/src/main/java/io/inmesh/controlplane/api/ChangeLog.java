package io.inmesh.controlplane.api;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The last changes, for those who watch: each reads on from the number it has. Nothing is kept for
 * a watcher, so that a slow one costs nothing; one that falls behind is told to start anew. Any
 * thread.
 */
final class ChangeLog {
  private final int most;
  private final Deque<Change> changes = new ArrayDeque<>();
  private long last;
  private boolean closed;

  /**
   * A change.
   *
   * @param number one more than that of the one before
   * @param kind {@code services} or {@code config}
   */
  record Change(long number, String kind, String json) {}

  /**
   * What came after a number.
   *
   * @param complete whether nothing in between is lost
   * @param last the number to go on from
   */
  record After(boolean complete, long last, List<Change> changes) {}

  ChangeLog(int most) {
    this.most = most;
  }

  synchronized void add(String kind, String json) {
    changes.addLast(new Change(++last, kind, json));
    if (changes.size() > most) {
      changes.removeFirst();
    }
    notifyAll();
  }

  synchronized long last() {
    return last;
  }

  /** Waits for something after {@code number}, but no longer than so many milliseconds. */
  synchronized After await(long number, long millis) throws InterruptedException {
    long patience = millis;
    while (number == last && !closed && patience > 0) {
      long each = Math.min(patience, 1_000);
      TimeUnit.MILLISECONDS.timedWait(this, each);
      patience -= each;
    }
    boolean complete =
        number <= last && (number == last || number >= changes.getFirst().number() - 1);
    var after = new ArrayList<Change>();
    if (complete) {
      changes.stream().filter(change -> change.number() > number).forEach(after::add);
    }
    return new After(complete, last, after);
  }

  synchronized boolean isClosed() {
    return closed;
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
