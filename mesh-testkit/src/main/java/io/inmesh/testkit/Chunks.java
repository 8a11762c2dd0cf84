package io.inmesh.testkit;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A body of given chunks that counts what was asked of it. */
public final class Chunks implements Body {
  private final String[] chunks;
  private final Headers trailers;
  private @Nullable Sink sink;
  private int next;
  private int most;
  private boolean cancelled;

  /** These chunks, no trailers. */
  public Chunks(String... chunks) {
    this(Headers.EMPTY, chunks);
  }

  /** These chunks, then trailers. */
  public Chunks(Headers trailers, String... chunks) {
    this.chunks = chunks;
    this.trailers = trailers;
  }

  @Override
  public void open(Sink given) {
    sink = given;
  }

  @Override
  public void demand(int count) {
    Sink to = sink;
    if (to == null) {
      throw new IllegalStateException("not opened");
    }
    most = Math.max(most, count);
    for (int i = 0; i < count && next < chunks.length && !cancelled; i++) {
      to.onData(ByteBuffer.wrap(chunks[next++].getBytes(StandardCharsets.UTF_8)));
    }
    if (next == chunks.length && !cancelled) {
      next++;
      to.onEnd(trailers);
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  /** The most chunks that were asked for at once. */
  public int most() {
    return most;
  }

  /** How many chunks were given. */
  public int given() {
    return Math.min(next, chunks.length);
  }

  /** Whether the rest was not wanted. */
  public boolean isCancelled() {
    return cancelled;
  }

  /** Breaks it. */
  public void fail(Throwable cause) {
    if (sink != null && !cancelled) {
      sink.onFailure(cause);
    }
  }
}
