package io.inmesh.cli.replay;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A body that is there at once. */
final class Sent implements Body {
  private final byte[] bytes;
  private final Headers trailers;
  private @Nullable Sink sink;

  Sent(byte[] bytes, Headers trailers) {
    this.bytes = bytes;
    this.trailers = trailers;
  }

  @Override
  public void open(Sink reader) {
    sink = reader;
  }

  @Override
  public void demand(int chunks) {
    Sink reader = sink;
    sink = null;
    if (reader != null) {
      if (bytes.length > 0) {
        reader.onData(ByteBuffer.wrap(bytes));
      }
      reader.onEnd(trailers);
    }
  }

  @Override
  public void cancel() {
    sink = null;
  }

  @Override
  public long length() {
    return bytes.length;
  }
}
