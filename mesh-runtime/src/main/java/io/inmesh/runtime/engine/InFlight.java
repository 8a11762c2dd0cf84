package io.inmesh.runtime.engine;

import io.inmesh.loop.EventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The calls under way, in a list for each loop. */
public final class InFlight {
  private final Map<EventLoop, OnLoop> loops = new ConcurrentHashMap<>();

  OnLoop of(EventLoop loop) {
    OnLoop known = loops.get(loop);
    return known != null ? known : loops.computeIfAbsent(loop, absent -> new OnLoop());
  }

  /** Cancels all calls. From any thread; it happens on their loops. */
  public void cancelAll(String reason) {
    loops.forEach((loop, calls) -> loop.execute(() -> calls.cancelAll(reason)));
  }

  /** The calls of one loop; the links are in the calls. Owner: the loop. */
  static final class OnLoop {
    private @Nullable OutgoingCall first;

    void add(OutgoingCall call) {
      OutgoingCall head = first;
      call.next = head;
      if (head != null) {
        head.previous = call;
      }
      first = call;
    }

    void remove(OutgoingCall call) {
      OutgoingCall before = call.previous;
      OutgoingCall after = call.next;
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
      for (OutgoingCall call = first; call != null; call = first) {
        call.cancel(reason);
      }
    }
  }
}
