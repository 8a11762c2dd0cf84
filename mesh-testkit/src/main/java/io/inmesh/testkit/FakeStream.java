package io.inmesh.testkit;

import io.inmesh.call.Headers;
import io.inmesh.config.Address;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import io.inmesh.testkit.FakeTransport.Peer;
import io.inmesh.transport.Stream;
import io.inmesh.transport.Transport.PoolSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One exchange with a peer in memory. Takes the request one chunk at a time, and gives the response
 * only as far as it is asked for. Owner: its loop.
 */
public final class FakeStream implements Stream {
  private final Peer peer;
  private final PoolSettings settings;
  private final EventLoop loop;
  private final Handler handler;
  private final StringBuilder body = new StringBuilder();
  private final Deque<ByteBuffer> chunks = new ArrayDeque<>();
  private String requestLine = "";
  private Headers headers = Headers.EMPTY;
  private @Nullable Headers trailers;
  private long contentLength = -1;
  private long demand;
  private @Nullable Closed closing;
  private Headers answerTrailers = Headers.EMPTY;
  private boolean requestEnded;
  private boolean closed;
  private boolean reset;
  private boolean writable = true;

  FakeStream(Peer peer, PoolSettings settings, EventLoop loop, Handler handler) {
    this.peer = peer;
    this.settings = settings;
    this.loop = loop;
    this.handler = handler;
  }

  @Override
  public void head(RequestHead head, Headers fields, long length, boolean end) {
    requestLine = head.method() + " " + head.scheme() + "://" + head.authority() + head.path();
    headers = fields.copy().freeze();
    contentLength = length;
    if (end) {
      requestEnded = true;
      peer.onRequest(this);
    } else if (writable) {
      handler.onWritable(1);
    }
  }

  @Override
  public void data(ByteBuffer chunk) {
    body.append(StandardCharsets.UTF_8.decode(chunk));
    if (writable && !closed && !reset) {
      handler.onWritable(1);
    }
  }

  @Override
  public void end(Headers last) {
    requestEnded = true;
    trailers = last;
    if (!closed && !reset) {
      peer.onRequest(this);
    }
  }

  @Override
  public void demand(int more) {
    demand = Math.min(Integer.MAX_VALUE, demand + more);
    flow();
  }

  @Override
  public void reset() {
    reset = true;
  }

  /** Runs an answer after some time, unless the stream is over by then. */
  public void later(long nanos, Runnable answer) {
    loop.arm(
        new Timer() {
          @Override
          protected void onTimer() {
            if (!reset && !closed) {
              answer.run();
            }
          }
        },
        loop.nanoTime() + nanos);
  }

  /** The head, with a body of one chunk if there is any. */
  public FakeStream respond(int status, String text) {
    head(status, new Headers());
    return text.isEmpty() ? this : chunk(text);
  }

  /** Only the head. */
  public FakeStream head(int status, Headers fields) {
    if (!reset && !closed) {
      handler.onHead(status, fields);
    }
    return this;
  }

  /** A chunk, which is passed on when it is asked for. */
  public FakeStream chunk(String text) {
    chunks.add(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    flow();
    return this;
  }

  /** The end of a whole response, behind its chunks. */
  public void complete() {
    complete(Headers.EMPTY);
  }

  /** The end of a whole response with trailers, behind its chunks. */
  public void complete(Headers last) {
    answerTrailers = last;
    closing = Closed.COMPLETE;
    flow();
  }

  /** Breaks at once, whatever has not been passed on. */
  public void close(Closed how) {
    if (!reset && !closed) {
      closed = true;
      handler.onClose(how, "");
    }
  }

  private void flow() {
    while (demand > 0 && !chunks.isEmpty() && !reset && !closed) {
      demand = demand == Integer.MAX_VALUE ? demand : demand - 1;
      handler.onData(chunks.remove());
    }
    if (chunks.isEmpty() && closing != null && !reset && !closed) {
      if (answerTrailers.size() > 0) {
        handler.onTrailers(answerTrailers);
      }
      if (!reset) {
        closed = true;
        handler.onClose(closing, "");
      }
    }
  }

  /** From now on the connection takes no chunks until {@link #allow}. */
  public void stopWriting() {
    writable = false;
  }

  /** The connection takes so many more chunks. */
  public void allow(int more) {
    handler.onWritable(more);
  }

  /** The peer. */
  public Address address() {
    return settings.address();
  }

  /** Method and URI. */
  public String requestLine() {
    return requestLine;
  }

  /** The request's headers. */
  public Headers headers() {
    return headers;
  }

  /** The length that was announced; -1 if it is unknown. */
  public long contentLength() {
    return contentLength;
  }

  /** The request's body so far. */
  public String body() {
    return body.toString();
  }

  /** The request's trailers; null before its end, or if it had no body. */
  public @Nullable Headers trailers() {
    return trailers;
  }

  /** Whether the request has come whole. */
  public boolean isRequestEnded() {
    return requestEnded;
  }

  /** Whether the caller has given up. */
  public boolean isReset() {
    return reset;
  }
}
