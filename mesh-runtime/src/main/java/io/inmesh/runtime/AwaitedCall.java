package io.inmesh.runtime;

import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.engine.OutgoingCall;

/** A call to a destination that config does not know yet. Owner: the call's loop. */
final class AwaitedCall extends AwaitedDestination {
  private final Entrance entrance;
  private final OutgoingCall call;

  AwaitedCall(Entrance entrance, OutgoingCall call, EventLoop loop) {
    super(entrance, loop, call.request().authority(), call.deadline());
    this.entrance = entrance;
    this.call = call;
  }

  @Override
  void decided() {
    entrance.proceed(call);
  }

  @Override
  void expired() {
    call.expire();
  }

  @Override
  boolean isPointless() {
    return call.hasEnded();
  }
}
