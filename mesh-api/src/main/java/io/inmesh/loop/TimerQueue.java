package io.inmesh.loop;

import org.jspecify.annotations.Nullable;

/**
 * Timers in order of time, equal times in order of arming. Exact; arming costs as much as there are
 * timers. For virtual time and loops with few timers; loops of sockets have a wheel. Owner: its
 * loop.
 */
public final class TimerQueue extends Timers {
  private @Nullable Timer first;

  /** Adds a timer, or moves it. */
  @Override
  public void add(Timer timer, long at) {
    timer.disarm();
    timer.at = at;
    timer.queue = this;
    Timer before = null;
    Timer after = first;
    while (after != null && after.at <= at) {
      before = after;
      after = after.next;
    }
    link(before, timer);
    link(timer, after);
  }

  @Override
  void remove(Timer timer) {
    link(timer.prev, timer.next);
    timer.prev = null;
    timer.next = null;
    timer.queue = null;
  }

  private void link(@Nullable Timer before, @Nullable Timer after) {
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after != null) {
      after.prev = before;
    }
  }

  /** The time of the first timer; {@link Long#MAX_VALUE} when there is none. */
  public long firstAt() {
    return first == null ? Long.MAX_VALUE : first.at;
  }

  /** Takes the first timer out and fires it; nothing happens when there is none. */
  public void fireFirst() {
    Timer timer = first;
    if (timer != null) {
      timer.disarm();
      timer.onTimer();
    }
  }

  /** Whether no timer waits. */
  public boolean isEmpty() {
    return first == null;
  }
}
