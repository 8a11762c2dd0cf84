package io.inmesh.loop;

import org.jspecify.annotations.Nullable;

/**
 * Something that happens at a time. Intrusive: the object that waits is the timer, so arming
 * allocates nothing. Owner: its loop.
 */
public abstract class Timer {
  long at;
  @Nullable Timers queue;
  @Nullable Timer prev;
  @Nullable Timer next;

  /** The time has come. The timer is no longer armed and may be armed again. */
  protected abstract void onTimer();

  /** Takes the timer back. Idempotent. */
  public final void disarm() {
    if (queue != null) {
      queue.remove(this);
    }
  }

  /** Whether it waits. */
  public final boolean isArmed() {
    return queue != null;
  }
}
