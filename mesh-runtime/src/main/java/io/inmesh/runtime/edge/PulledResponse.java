package io.inmesh.runtime.edge;

import io.inmesh.BlockingMesh.BlockingResponse;
import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.call.Outcome;
import io.inmesh.call.StreamingResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A response whose body is pulled by a thread that may block: a few chunks are asked for in
 * advance, and one more for each that is read up.
 */
final class PulledResponse implements BlockingResponse {
  private static final int AHEAD = 4;

  private final StreamingResponse response;
  private final Pulled body = new Pulled();

  PulledResponse(StreamingResponse response) {
    this.response = response;
    response.body().open(body);
    response.body().demand(AHEAD);
  }

  @Override
  public int status() {
    return response.status();
  }

  @Override
  public Headers headers() {
    return response.headers();
  }

  @Override
  public InputStream body() {
    return body.stream;
  }

  @Override
  public Headers trailers() {
    return body.trailers();
  }

  @Override
  public Outcome outcome() {
    return response.outcome();
  }

  @Override
  public void close() {
    body.stream.close();
  }

  private final class Pulled implements Body.Sink {
    private final Deque<ByteBuffer> chunks = new ArrayDeque<>(AHEAD);
    private final Stream stream = new Stream();
    private Headers trailers = Headers.EMPTY;
    private @Nullable Throwable failure;
    private boolean ended;

    @Override
    public synchronized void onData(ByteBuffer chunk) {
      chunks.add(ByteBuffer.allocate(chunk.remaining()).put(chunk).flip());
      notifyAll();
    }

    @Override
    public synchronized void onEnd(Headers last) {
      trailers = last;
      ended = true;
      notifyAll();
    }

    @Override
    public synchronized void onFailure(Throwable cause) {
      failure = cause;
      ended = true;
      notifyAll();
    }

    synchronized Headers trailers() {
      return trailers;
    }

    /** The next chunk; null at the end. */
    synchronized @Nullable ByteBuffer next() throws IOException {
      while (chunks.isEmpty() && !ended) {
        try {
          wait();
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          response.body().cancel();
          throw new InterruptedIOException("interrupted while reading a response");
        }
      }
      ByteBuffer chunk = chunks.poll();
      if (chunk == null && failure != null) {
        throw new IOException(failure.getMessage(), failure);
      }
      return chunk;
    }

    synchronized boolean finished() {
      return ended && chunks.isEmpty();
    }
  }

  private final class Stream extends InputStream {
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private boolean closed;

    @Override
    public int read() throws IOException {
      return fill() ? chunk.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
      Objects.checkFromIndexSize(offset, count, into.length);
      if (count == 0) {
        return 0;
      }
      if (!fill()) {
        return -1;
      }
      int n = Math.min(count, chunk.remaining());
      chunk.get(into, offset, n);
      return n;
    }

    private boolean fill() throws IOException {
      if (closed) {
        throw new IOException("closed");
      }
      while (!chunk.hasRemaining()) {
        ByteBuffer next = body.next();
        if (next == null) {
          return false;
        }
        chunk = next;
        response.body().demand(1);
      }
      return true;
    }

    @Override
    public int available() {
      return chunk.remaining();
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        if (!body.finished()) {
          response.body().cancel();
        }
      }
    }
  }
}
