package io.inmesh.runtime.engine;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.loop.EventLoop;
import io.inmesh.runtime.stage.FilteredCall.BodyStart;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The body of an incoming request, some of which a filter has read before the application reads it.
 * Owner: the call's loop, where it is brought to; the application may drive it on any thread.
 */
final class HeldBody implements Body, Body.Sink {
  private static final int CHUNKS_AHEAD = 64;

  private final Body source;
  private final EventLoop loop;
  private final Deque<ByteBuffer> kept = new ArrayDeque<>();
  private long bytes;

  /** What the source was asked for and has not delivered. */
  private int pulled;

  private long awaited = -1;
  private boolean wholeAwaited;
  private @Nullable Listener listener;

  private @Nullable Sink reader;
  private int demand;
  private boolean serving;
  private boolean opened;
  private @Nullable Headers trailers;
  private @Nullable Throwable failure;
  private boolean closed;

  /** Hears once of what is awaited. */
  interface Listener {
    /** It is there, or the body has ended. */
    void onRead();

    /** The body is larger than it may be. */
    void onTooLarge();
  }

  HeldBody(Body source, EventLoop loop) {
    this.source = source;
    this.loop = loop;
  }

  /**
   * Reads to the end, with a limit, or until there are so many bytes. Another filter may have read
   * some before, or all.
   */
  void await(long count, boolean whole, Listener hearing) {
    awaited = count;
    wholeAwaited = whole;
    listener = hearing;
    if (whole && bytes > count) {
      heard(true);
    } else if (trailers != null || failure != null || (!whole && bytes >= count)) {
      heard(false);
    } else if (opened) {
      pull();
    } else {
      opened = true;
      source.open(this);
      pull();
    }
  }

  private void pull() {
    if (awaited >= 0 && pulled == 0 && trailers == null && failure == null) {
      pulled = CHUNKS_AHEAD;
      source.demand(CHUNKS_AHEAD);
    }
  }

  @Nullable BodyStart start(int most) {
    return BodyStart.of(kept, bytes, most);
  }

  private void onLoop(Runnable task) {
    if (loop.inLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  @Override
  public void onData(ByteBuffer chunk) {
    // The chunk is lent; what is kept must be ours.
    var own = new byte[chunk.remaining()];
    chunk.get(own);
    onLoop(() -> take(ByteBuffer.wrap(own)));
  }

  private void take(ByteBuffer chunk) {
    if (closed) {
      return;
    }
    pulled = Math.max(0, pulled - 1);
    bytes += chunk.remaining();
    kept.add(chunk);
    if (awaited >= 0 && wholeAwaited && bytes > awaited) {
      heard(true);
    } else if (awaited >= 0 && !wholeAwaited && bytes >= awaited) {
      heard(false);
    } else {
      pull();
    }
    serve();
  }

  private void heard(boolean tooLarge) {
    Listener hearing = listener;
    awaited = -1;
    listener = null;
    if (hearing != null && tooLarge) {
      hearing.onTooLarge();
    } else if (hearing != null) {
      hearing.onRead();
    }
  }

  @Override
  public void onEnd(Headers last) {
    onLoop(
        () -> {
          trailers = last;
          heard(false);
          serve();
        });
  }

  @Override
  public void onFailure(Throwable cause) {
    onLoop(
        () -> {
          failure = cause;
          heard(false);
          serve();
        });
  }

  @Override
  public void open(Sink sink) {
    onLoop(
        () -> {
          reader = sink;
          serve();
        });
  }

  @Override
  public void demand(int chunks) {
    onLoop(
        () -> {
          demand = (int) Math.min((long) demand + chunks, Integer.MAX_VALUE);
          serve();
        });
  }

  private void serve() {
    if (serving || closed) {
      return;
    }
    serving = true;
    while (reader != null && demand > 0 && !kept.isEmpty()) {
      demand--;
      reader.onData(kept.remove());
    }
    serving = false;
    Sink to = reader;
    if (to == null) {
      return;
    }
    if (kept.isEmpty() && trailers != null) {
      reader = null;
      to.onEnd(trailers);
    } else if (kept.isEmpty() && failure != null) {
      reader = null;
      to.onFailure(failure);
    } else if (kept.isEmpty() && demand > pulled) {
      int more = demand - pulled;
      pulled = demand;
      source.demand(more);
    }
  }

  @Override
  public void cancel() {
    onLoop(
        () -> {
          closed = true;
          reader = null;
          kept.clear();
          source.cancel();
        });
  }

  @Override
  public long length() {
    return source.length();
  }
}
