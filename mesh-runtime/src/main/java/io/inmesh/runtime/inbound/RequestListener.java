package io.inmesh.runtime.inbound;

import io.inmesh.call.Headers;
import io.inmesh.loop.EventLoop;
import io.inmesh.server.ServerRequest;

/** Hears of requests that a handler has served. Called on their loops: it must not block. */
@FunctionalInterface
public interface RequestListener {
  /** Nobody listens. */
  RequestListener NONE = served -> {};

  /** Once per request, when its answer has been written, or is lost. */
  void onEnd(Served served);

  /**
   * A request and what came of it.
   *
   * @param loop of the connection
   * @param status of the answer; zero if there was none
   * @param headers of the answer
   * @param trailers of the answer
   * @param nanos from the request's head to the end of the answer
   * @param received bytes of the request's body that came before the answer ended
   * @param sent bytes of the answer's body
   * @param complete false if the client went away, or the answer broke off
   */
  record Served(
      EventLoop loop,
      ServerRequest request,
      int status,
      Headers headers,
      Headers trailers,
      long nanos,
      long received,
      long sent,
      boolean complete) {}
}
