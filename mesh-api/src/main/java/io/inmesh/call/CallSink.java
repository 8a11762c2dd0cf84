package io.inmesh.call;

import java.nio.ByteBuffer;

/**
 * Where a response arrives: head, data, trailers in this order, then {@link #onEnd} exactly once.
 * On the call's loop.
 */
public interface CallSink {
  /** The response's status and headers, once. May come before the request's body has ended. */
  void onHead(int status, Headers headers);

  /** A chunk, lent until this returns. */
  void onData(ByteBuffer chunk);

  /** Trailers, if there are any. */
  void onTrailers(Headers trailers);

  /** Nothing follows. */
  void onEnd(Ended how);

  /** How a call ended. */
  enum Ended {
    /** The response is whole; a local reply is whole too. */
    COMPLETE,
    /** It broke after the head. */
    RESET,
    /** The caller gave up. */
    CANCELLED
  }
}
