package io.inmesh.spring.servlet;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** A body as the stream of a servlet, a chunk at a time. Blocks; cannot tell a listener. */
final class BodyStream extends ServletInputStream implements Body.Sink {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Body body;
  private final WaitingThread thread;
  private final Queue<Arrived> arrived = new ConcurrentLinkedQueue<>();
  private ByteBuffer chunk = NOTHING;
  private boolean opened;
  private boolean asked;
  private boolean over;

  /** A chunk, or how the body ended. */
  private record Arrived(@Nullable ByteBuffer chunk, @Nullable Throwable failure) {}

  BodyStream(Body body, WaitingThread thread) {
    this.body = body;
    this.thread = thread;
  }

  @Override
  public void onData(ByteBuffer data) {
    var own = new byte[data.remaining()];
    data.get(own);
    arrived(new Arrived(ByteBuffer.wrap(own), null));
  }

  @Override
  public void onEnd(Headers trailers) {
    arrived(new Arrived(null, null));
  }

  @Override
  public void onFailure(Throwable cause) {
    arrived(new Arrived(null, cause));
  }

  private void arrived(Arrived what) {
    arrived.add(what);
    thread.wake();
  }

  private boolean fill() throws IOException {
    while (!over && !chunk.hasRemaining()) {
      Arrived got = arrived.poll();
      if (got == null) {
        ask();
        thread.awaitUntil(() -> !arrived.isEmpty());
      } else if (got.chunk() != null) {
        chunk = got.chunk();
        asked = false;
      } else if (got.failure() != null) {
        over = true;
        throw new IOException("the request's body broke off", got.failure());
      } else {
        over = true;
      }
    }
    return !over;
  }

  private void ask() {
    if (!opened) {
      opened = true;
      body.open(this);
    }
    if (!asked) {
      asked = true;
      body.demand(1);
    }
  }

  @Override
  public int read() throws IOException {
    return fill() ? chunk.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int from, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int part = Math.min(count, chunk.remaining());
    chunk.get(into, from, part);
    return part;
  }

  @Override
  public boolean isFinished() {
    return over;
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public void setReadListener(ReadListener listener) {
    throw new IllegalStateException(
        "a filter of the mesh has read of this body: it can only be read by waiting");
  }
}
