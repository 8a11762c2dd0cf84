package io.inmesh.call;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A stream as a body. Whoever makes the demand positive starts the one reader task; it reads until
 * the demand is used up.
 */
final class StreamBody implements Body, Runnable {
  private static final int CHUNK = 16 * 1024;

  private final InputStream stream;
  private final long length;
  private final Executor executor;
  private final AtomicInteger demand = new AtomicInteger();
  private volatile boolean cancelled;
  private @Nullable Sink sink;

  StreamBody(InputStream stream, long length, Executor executor) {
    this.stream = stream;
    this.length = length;
    this.executor = executor;
  }

  @Override
  public void open(Sink reader) {
    sink = reader;
  }

  @Override
  public void demand(int chunks) {
    int before =
        demand.getAndUpdate(
            now -> now > Integer.MAX_VALUE - chunks ? Integer.MAX_VALUE : now + chunks);
    if (before == 0 && chunks > 0 && !cancelled) {
      executor.execute(this);
    }
  }

  @Override
  public void run() {
    Sink reader = sink;
    if (reader == null) {
      return;
    }
    try {
      do {
        byte[] bytes = new byte[CHUNK];
        // What is there goes out: a stream that lives may take long to fill a chunk.
        int n = cancelled ? -1 : stream.read(bytes, 0, CHUNK);
        if (cancelled) {
          stream.close();
          return;
        }
        if (n > 0) {
          reader.onData(ByteBuffer.wrap(bytes, 0, n));
        }
        if (n < 0) {
          stream.close();
          reader.onEnd(Headers.EMPTY);
          return;
        }
      } while (demand.updateAndGet(now -> now == Integer.MAX_VALUE ? now : now - 1) > 0);
    } catch (IOException | RuntimeException failed) {
      close();
      reader.onFailure(failed);
    }
  }

  private void close() {
    try {
      stream.close();
    } catch (IOException alsoFailed) {
      // The first failure is the one that is told.
      return;
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    if (demand.getAndAdd(1) == 0) {
      // No reader task is running that would close the stream.
      executor.execute(this::close);
    }
  }

  @Override
  public long length() {
    return length;
  }
}
