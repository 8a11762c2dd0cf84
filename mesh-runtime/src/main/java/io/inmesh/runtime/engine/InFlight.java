package io.inmesh.runtime.engine;

import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.stats.Stripes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The calls under way, in a list for each loop. */
public final class InFlight {
  private final Map<EventLoop, OnLoop> loops = new ConcurrentHashMap<>();
  private final Stripes stripes;

  /** None under way. */
  public InFlight(Stripes stripes) {
    this.stripes = stripes;
  }

  OnLoop of(EventLoop loop) {
    OnLoop known = loops.get(loop);
    return known != null
        ? known
        : loops.computeIfAbsent(loop, absent -> new OnLoop(stripes.of(loop)));
  }

  /** Cancels all calls. From any thread; it happens on their loops. */
  public void cancelAll(String reason) {
    loops.forEach((loop, calls) -> loop.execute(() -> calls.cancelAll(reason)));
  }

  /** How many are under way. From any thread. */
  int size() {
    return loops.values().stream().mapToInt(OnLoop::size).sum();
  }

  /** How many were ever added. From any thread. */
  long started() {
    return loops.values().stream().mapToLong(OnLoop::started).sum();
  }

  /** The calls of one loop; the links are in the calls. Owner: the loop. */
  static final class OnLoop {
    /** The loop's row in all cells. */
    final int stripe;

    private @Nullable ActiveCall first;

    /** Written by the loop only, so that counting needs no atomic step. */
    private final AtomicLong started = new AtomicLong();

    private final AtomicLong ended = new AtomicLong();

    OnLoop(int stripe) {
      this.stripe = stripe;
    }

    /** Ends are read first, so that it is never negative. */
    int size() {
      long over = ended.get();
      return (int) (started() - over);
    }

    long started() {
      return started.get();
    }

    void add(ActiveCall call) {
      started.setRelease(started.getPlain() + 1);
      ActiveCall head = first;
      call.next = head;
      if (head != null) {
        head.previous = call;
      }
      first = call;
    }

    void remove(ActiveCall call) {
      ended.setRelease(ended.getPlain() + 1);
      ActiveCall before = call.previous;
      ActiveCall after = call.next;
      if (before != null) {
        before.next = after;
      } else if (first == call) {
        first = after;
      }
      if (after != null) {
        after.previous = before;
      }
      call.previous = null;
      call.next = null;
    }

    void cancelAll(String reason) {
      for (ActiveCall call = first; call != null; call = first) {
        call.cancel(reason);
      }
    }
  }
}
