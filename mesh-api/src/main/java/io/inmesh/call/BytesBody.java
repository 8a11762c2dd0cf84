package io.inmesh.call;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Bytes in memory as a body of one chunk. It keeps nothing but the reader of now. */
final class BytesBody implements Body {
  private final ByteBuffer bytes;
  private @Nullable Sink sink;

  BytesBody(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  @Override
  public void open(Sink reader) {
    sink = reader;
    if (!bytes.hasRemaining()) {
      end(reader);
    }
  }

  @Override
  public void demand(int chunks) {
    Sink reader = sink;
    if (reader != null && chunks > 0) {
      sink = null;
      reader.onData(bytes.asReadOnlyBuffer());
      reader.onEnd(Headers.EMPTY);
    }
  }

  private void end(Sink reader) {
    sink = null;
    reader.onEnd(Headers.EMPTY);
  }

  @Override
  public void cancel() {
    sink = null;
  }

  @Override
  public long length() {
    return bytes.remaining();
  }
}
