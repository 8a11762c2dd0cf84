package io.inmesh.runtime.inbound;

import io.inmesh.call.Headers;
import io.inmesh.loop.EventLoop;
import io.inmesh.server.ServerRequest;

/** Notes what a listener is to hear of one request. Owner: the request's loop. */
final class RequestWatch {
  private final RequestListener listener;
  private final EventLoop loop;
  private final ServerRequest request;
  private final long start;
  private int status;
  private Headers headers = Headers.EMPTY;
  private long received;
  private long sent;
  private boolean ended;

  RequestWatch(RequestListener listener, EventLoop loop, ServerRequest request) {
    this.listener = listener;
    this.loop = loop;
    this.request = request;
    this.start = loop.nanoTime();
  }

  void answered(int code, Headers fields) {
    status = code;
    headers = fields;
  }

  void received(int bytes) {
    received += bytes;
  }

  void sent(int bytes) {
    sent += bytes;
  }

  void end(Headers trailers, boolean complete) {
    if (!ended) {
      ended = true;
      listener.onEnd(
          new RequestListener.Served(
              loop,
              request,
              status,
              headers,
              trailers,
              loop.nanoTime() - start,
              received,
              sent,
              complete));
    }
  }
}
