package io.inmesh.spring.inbound;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Stands for the body of the application's answer, which the container writes itself: it has no
 * bytes, and its end tells the mesh that the request is over.
 */
final class Tail implements Body {
  private @Nullable Sink sink;
  private boolean over;

  @Override
  public synchronized void open(Sink to) {
    sink = to;
  }

  @Override
  public void demand(int chunks) {}

  @Override
  public void cancel() {}

  synchronized void end(boolean whole) {
    Sink to = sink;
    if (to == null || over) {
      return;
    }
    over = true;
    if (whole) {
      to.onEnd(Headers.EMPTY);
    } else {
      to.onFailure(new IOException("the application failed"));
    }
  }

  /** Who reads what the mesh makes of this body: nobody. */
  Sink reader() {
    return new Sink() {
      @Override
      public void onData(ByteBuffer chunk) {}

      @Override
      public void onEnd(Headers trailers) {}

      @Override
      public void onFailure(Throwable cause) {}
    };
  }
}
