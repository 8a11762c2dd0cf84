package io.inmesh.runtime;

import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;

/**
 * Waits for what the plane says of a destination that config does not know yet, until it has
 * answered or patience has run out. Owner: the loop.
 */
abstract class AwaitedDestination extends Timer implements Runnable {
  private final Entrance entrance;
  private final EventLoop loop;
  private final String authority;
  private final long deadline;
  private final long start;

  /**
   * Not begun.
   *
   * @param deadline in the loop's nanoseconds; nothing is waited for beyond it
   */
  AwaitedDestination(Entrance entrance, EventLoop loop, String authority, long deadline) {
    this.entrance = entrance;
    this.loop = loop;
    this.authority = authority;
    this.deadline = deadline;
    this.start = loop.nanoTime();
  }

  /** The plane has answered, or nothing more is to be expected. Once. */
  abstract void decided();

  /** The deadline has come first. */
  abstract void expired();

  /** Whether nobody waits any more. */
  abstract boolean isPointless();

  final void begin() {
    rearm();
    entrance.ask(authority, () -> loop.execute(this));
  }

  private void rearm() {
    loop.arm(this, Math.min(deadline, loop.nanoTime() + entrance.patienceNanos()));
  }

  /** The plane has answered. */
  @Override
  public final void run() {
    if (isArmed()) {
      disarm();
      decided();
    }
  }

  @Override
  protected final void onTimer() {
    long now = loop.nanoTime();
    if (isPointless()) {
      return;
    }
    if (now >= deadline) {
      expired();
    } else if (entrance.isWorthWaiting(authority, now - start)) {
      rearm();
    } else {
      decided();
    }
  }
}
