package io.inmesh.runtime.wire;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived of a body on an HTTP/2 stream and is not wanted yet: at most the stream's
 * window, since only what is passed on is given back to the peer. Owner: its loop.
 */
public final class Http2Inbox {
  private final Reader reader;
  private @Nullable ArrayDeque<ByteBuf> waiting;
  private boolean delivering;

  /** Who reads the body. */
  public interface Reader {
    /** Whether it takes another chunk now. */
    boolean takesChunk();

    /** A chunk, lent until this returns. */
    void chunk(ByteBuffer bytes);

    /** So many bytes that had waited are read. */
    void consumed(int bytes);
  }

  /** A reader's. */
  public Http2Inbox(Reader reader) {
    this.reader = reader;
  }

  /** Passes a piece on at once if it can; the number of its bytes if it could, otherwise 0. */
  public int offer(ByteBuf bytes) {
    int size = bytes.readableBytes();
    if (size == 0) {
      return 0;
    }
    if (isEmpty() && !delivering && reader.takesChunk()) {
      delivering = true;
      reader.chunk(Views.of(bytes, size));
      delivering = false;
      return size;
    }
    if (waiting == null) {
      waiting = new ArrayDeque<>(4);
    }
    waiting.add(bytes.retain());
    return 0;
  }

  /** Passes on what waits, as far as it is wanted; whether nothing waits any more. */
  public boolean deliver() {
    ArrayDeque<ByteBuf> pieces = waiting;
    if (pieces == null || delivering) {
      return pieces == null && !delivering;
    }
    delivering = true;
    try {
      while (!pieces.isEmpty() && reader.takesChunk()) {
        ByteBuf bytes = pieces.remove();
        int size = bytes.readableBytes();
        try {
          reader.chunk(Views.of(bytes, size));
        } finally {
          bytes.release();
        }
        reader.consumed(size);
      }
    } finally {
      delivering = false;
    }
    return pieces.isEmpty();
  }

  /** Whether nothing waits. */
  public boolean isEmpty() {
    return waiting == null || waiting.isEmpty();
  }

  /** Lets go of what waits. */
  public void release() {
    ArrayDeque<ByteBuf> pieces = waiting;
    if (pieces != null) {
      for (ByteBuf bytes = pieces.poll(); bytes != null; bytes = pieces.poll()) {
        bytes.release();
      }
    }
  }
}
