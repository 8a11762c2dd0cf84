package io.inmesh.spring.client;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.http.StreamingHttpOutputMessage;

/**
 * A request body that writes itself to a stream, on a thread of its own, at the pace of the
 * connection: the writer waits where nothing is asked for.
 */
final class WrittenBody implements Body {
  private static final int CHUNK = 16 * 1024;

  private final StreamingHttpOutputMessage.Body writer;
  private final long length;
  private final Executor executor;
  private final Semaphore demand = new Semaphore(0);
  private volatile boolean cancelled;
  private @Nullable Sink sink;
  private boolean started;

  WrittenBody(StreamingHttpOutputMessage.Body writer, long length, Executor executor) {
    this.writer = writer;
    this.length = length;
    this.executor = executor;
  }

  @Override
  public void open(Sink to) {
    sink = to;
  }

  @Override
  public void demand(int chunks) {
    int room = Integer.MAX_VALUE / 2 - demand.availablePermits();
    demand.release(Math.min(chunks, Math.max(room, 0)));
    Sink to = sink;
    if (!started && to != null) {
      started = true;
      executor.execute(() -> write(to));
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    demand.release();
  }

  @Override
  public long length() {
    return length;
  }

  private void write(Sink to) {
    try (var stream = new Chunks(to)) {
      writer.writeTo(stream);
      stream.flush();
      if (!cancelled) {
        to.onEnd(Headers.EMPTY);
      }
    } catch (IOException | RuntimeException broken) {
      if (!cancelled) {
        to.onFailure(broken);
      }
    }
  }

  /** Passes chunks on as they are asked for. */
  private final class Chunks extends OutputStream {
    private final Sink to;
    private byte[] chunk = new byte[CHUNK];
    private int filled;

    Chunks(Sink to) {
      this.to = to;
    }

    @Override
    public void write(int value) throws IOException {
      chunk[filled++] = (byte) value;
      if (filled == CHUNK) {
        flush();
      }
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      int written = 0;
      while (written < count) {
        int part = Math.min(count - written, CHUNK - filled);
        System.arraycopy(bytes, from + written, chunk, filled, part);
        filled += part;
        written += part;
        if (filled == CHUNK) {
          flush();
        }
      }
    }

    @Override
    public void flush() throws IOException {
      if (filled > 0) {
        await();
        to.onData(ByteBuffer.wrap(chunk, 0, filled));
        // The reader owns what it was given.
        chunk = new byte[CHUNK];
        filled = 0;
      }
    }

    private void await() throws IOException {
      try {
        demand.acquire();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while a request body was written");
      }
      if (cancelled) {
        throw new IOException("the call has ended");
      }
    }
  }
}
