package io.inmesh.runtime.engine;

import io.inmesh.config.Resource;
import io.inmesh.loop.Timer;
import org.jspecify.annotations.Nullable;

/** What a call is held for. Owner: the call's loop. */
final class Demand extends Timer {
  private final OutgoingCall call;
  private boolean over;

  Demand(OutgoingCall call) {
    this.call = call;
  }

  /** Asks; the call goes on with the answer, or when time is up. */
  void begin(Demands demands, Resource.Key key, long deadline) {
    call.loop.arm(this, Math.min(deadline, call.deadline()));
    demands.ask(key, () -> call.loop.execute(() -> end(demands.now(call.request()))));
  }

  @Override
  protected void onTimer() {
    if (call.loop.nanoTime() >= call.deadline()) {
      over = true;
      call.expire();
    } else {
      end(null);
    }
  }

  private void end(Demands.@Nullable Found now) {
    if (!over) {
      over = true;
      disarm();
      call.supplied(now);
    }
  }

  /** The call is over. */
  void cancel() {
    over = true;
    disarm();
  }
}
