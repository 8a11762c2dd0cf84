package io.inmesh.server;

import java.util.concurrent.CompletionStage;

/** A plain Java service. Called on the connection's loop: it must not block there. */
@FunctionalInterface
public interface Handler {
  /**
   * Answers a request. The answer may come before the request's body has been read, and from any
   * thread. A failed stage, or an exception, becomes a 500; the cause is logged, never sent. A
   * request body that is not opened is discarded.
   */
  CompletionStage<ServerResponse> handle(ServerRequest request);
}
