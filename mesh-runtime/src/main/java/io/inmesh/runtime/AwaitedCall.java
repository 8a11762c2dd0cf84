package io.inmesh.runtime;

import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.runtime.engine.OutgoingCall;

/**
 * A call to a destination that config does not know yet, until the plane has answered or patience
 * has run out. Owner: the call's loop.
 */
final class AwaitedCall extends Timer implements Runnable {
  private final Entrance entrance;
  private final OutgoingCall call;
  private final EventLoop loop;
  private final long start;

  AwaitedCall(Entrance entrance, OutgoingCall call, EventLoop loop) {
    this.entrance = entrance;
    this.call = call;
    this.loop = loop;
    this.start = loop.nanoTime();
  }

  void begin() {
    rearm();
    entrance.ask(call.request().authority(), () -> loop.execute(this));
  }

  private void rearm() {
    loop.arm(this, Math.min(call.deadline(), loop.nanoTime() + entrance.patienceNanos()));
  }

  /** The plane has answered. */
  @Override
  public void run() {
    if (isArmed()) {
      disarm();
      entrance.proceed(call);
    }
  }

  @Override
  protected void onTimer() {
    long now = loop.nanoTime();
    if (call.hasEnded()) {
      return;
    }
    if (now >= call.deadline()) {
      call.expire();
    } else if (entrance.isWorthWaiting(call.request().authority(), now - start)) {
      rearm();
    } else {
      entrance.proceed(call);
    }
  }
}
