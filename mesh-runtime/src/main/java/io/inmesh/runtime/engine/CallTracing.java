package io.inmesh.runtime.engine;

import io.inmesh.call.CallSink.Ended;
import org.jspecify.annotations.Nullable;

/** Begins spans. It may change the headers of a request, and nothing else. */
public interface CallTracing {
  /** No spans; what the application has put into its headers is passed on. */
  CallTracing NONE = (call, context) -> null;

  /** What the current thread carries; asked on the thread that makes a call. */
  default @Nullable Object context() {
    return null;
  }

  /**
   * A request is about to be routed. On its loop.
   *
   * @param context what {@link #context} has said; null if it was not asked, or knew nothing
   * @return what wants to hear more of the call; null if nothing does
   */
  @Nullable Trace begin(OutgoingCall call, @Nullable Object context);

  /** The spans of one call. On its loop. */
  interface Trace {
    /** The latest attempt has found its host; the request is about to be sent there. */
    void attempting(OutgoingCall call);

    /**
     * An attempt is over.
     *
     * @param ordinal the number of attempts that there were when it began
     * @param status of its response, or zero
     * @param failure what went wrong, in one word; empty if nothing did
     */
    void attempted(OutgoingCall call, int ordinal, int status, String failure);

    /** The call is over. */
    void ended(OutgoingCall call, Ended how);
  }
}
