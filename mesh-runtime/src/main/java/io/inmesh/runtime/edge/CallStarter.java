package io.inmesh.runtime.edge;

import io.inmesh.call.Call;
import io.inmesh.call.CallSink;
import io.inmesh.call.Request;
import io.inmesh.loop.EventLoop;

/** The lean form of a call: callbacks on its loop. */
@FunctionalInterface
public interface CallStarter {
  /**
   * Starts a call on {@code loop}, which must be the current thread's. The sink may be called
   * before this returns.
   */
  Call call(EventLoop loop, Request request, CallSink sink);
}
