package io.inmesh.runtime.engine;

import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.loop.EventLoop;
import io.inmesh.loop.Timer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response that is passed on no faster than so many bytes a second. A chunk goes on, whole, when
 * its last byte may: the caller gets as many chunks as it asked for. Owner: the call's loop.
 */
final class Pacing extends Timer {
  /** So much may go on at once after a pause, as in Envoy. */
  private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(50);

  private final CallSink to;
  private final EventLoop loop;
  private final double nanosPerByte;
  private final ArrayDeque<Held> held = new ArrayDeque<>();

  /** When the last byte that was taken may go on. */
  private long paid;

  private @Nullable Headers trailers;
  private @Nullable Runnable end;

  private record Held(ByteBuffer chunk, long due) {}

  Pacing(CallSink to, EventLoop loop, long bytesPerSecond) {
    this.to = to;
    this.loop = loop;
    this.nanosPerByte = 1e9 / bytesPerSecond;
    this.paid = loop.nanoTime() - SLICE;
  }

  void data(ByteBuffer chunk) {
    long now = loop.nanoTime();
    paid = Math.max(paid, now - SLICE) + (long) (chunk.remaining() * nanosPerByte);
    if (held.isEmpty() && paid <= now) {
      to.onData(chunk);
      return;
    }
    held.add(new Held(ByteBuffer.allocate(chunk.remaining()).put(chunk).flip(), paid));
    if (held.size() == 1) {
      loop.arm(this, paid);
    }
  }

  void trailers(Headers last) {
    if (held.isEmpty()) {
      to.onTrailers(last);
    } else {
      trailers = last;
    }
  }

  /** Runs {@code done} once all has gone on. */
  void end(Runnable done) {
    if (held.isEmpty()) {
      done.run();
    } else {
      end = done;
    }
  }

  @Override
  protected void onTimer() {
    long now = loop.nanoTime();
    for (Held next = held.peek(); next != null && next.due <= now; next = held.peek()) {
      held.remove();
      to.onData(next.chunk);
    }
    Held next = held.peek();
    if (next != null) {
      loop.arm(this, next.due);
      return;
    }
    if (trailers != null) {
      to.onTrailers(trailers);
    }
    if (end != null) {
      end.run();
    }
  }
}
