package io.inmesh.runtime.observe;

import io.inmesh.runtime.engine.CallTracing;
import io.inmesh.runtime.engine.OutgoingCall;
import io.inmesh.server.Handler;
import org.jspecify.annotations.Nullable;

/** Spans for calls and for requests that come in. */
public interface Tracing extends CallTracing {
  /** No spans; what the application has put into its headers is passed on. */
  Tracing NONE =
      new Tracing() {
        @Override
        public @Nullable Trace begin(OutgoingCall call, @Nullable Object context) {
          return null;
        }
      };

  /** The same handler, with spans. */
  default Handler serving(Handler handler) {
    return handler;
  }
}
