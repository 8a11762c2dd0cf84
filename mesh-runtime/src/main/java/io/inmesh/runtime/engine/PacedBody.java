package io.inmesh.runtime.engine;

import io.inmesh.call.Body;
import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.loop.EventLoop;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An answer's body that is passed on no faster than so many bytes a second. It may be driven on any
 * thread; what it brings is brought on the loop.
 */
final class PacedBody implements Body, Body.Sink {
  private final Body source;
  private final EventLoop loop;
  private final Pacing pacing;
  private volatile @Nullable Sink reader;
  private boolean closed;

  PacedBody(Body source, EventLoop loop, long bytesPerSecond) {
    this.source = source;
    this.loop = loop;
    this.pacing = new Pacing(new Passed(), loop, bytesPerSecond);
  }

  /** What the pace lets pass. */
  private final class Passed implements CallSink {
    @Override
    public void onHead(int code, Headers fields) {}

    @Override
    public void onData(ByteBuffer chunk) {
      Sink to = reader;
      if (to != null && !closed) {
        to.onData(chunk);
      }
    }

    @Override
    public void onTrailers(Headers trailers) {}

    @Override
    public void onEnd(Ended how) {}
  }

  private void onLoop(Runnable task) {
    if (loop.inLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  @Override
  public void open(Sink sink) {
    reader = sink;
    source.open(this);
  }

  @Override
  public void demand(int chunks) {
    source.demand(chunks);
  }

  @Override
  public void cancel() {
    onLoop(
        () -> {
          closed = true;
          pacing.disarm();
        });
    source.cancel();
  }

  @Override
  public long length() {
    return source.length();
  }

  @Override
  public void onData(ByteBuffer chunk) {
    if (loop.inLoop()) {
      pacing.data(chunk);
      return;
    }
    // The chunk is lent; what waits must be ours.
    ByteBuffer own = ByteBuffer.allocate(chunk.remaining()).put(chunk).flip();
    loop.execute(() -> pacing.data(own));
  }

  @Override
  public void onEnd(Headers trailers) {
    onLoop(() -> pacing.end(() -> ended(trailers)));
  }

  private void ended(Headers trailers) {
    Sink to = reader;
    if (to != null && !closed) {
      to.onEnd(trailers);
    }
  }

  @Override
  public void onFailure(Throwable cause) {
    onLoop(
        () -> {
          Sink to = reader;
          pacing.disarm();
          if (to != null && !closed) {
            closed = true;
            to.onFailure(cause);
          }
        });
  }
}
