package io.inmesh.runtime.edge;

import io.inmesh.call.Call;
import io.inmesh.call.CallSink;
import io.inmesh.call.Request;
import io.inmesh.loop.EventLoop;
import org.jspecify.annotations.Nullable;

/** The lean form of a call: callbacks on its loop. */
@FunctionalInterface
public interface CallStarter {
  /**
   * Starts a call on {@code loop}, which must be the current thread's. The sink may be called
   * before this returns.
   *
   * @param context what {@link #context} has said to the thread that wants the call
   */
  Call call(EventLoop loop, Request request, CallSink sink, @Nullable Object context);

  /** What the current thread carries that a call needs: a trace, for instance. */
  default @Nullable Object context() {
    return null;
  }
}
