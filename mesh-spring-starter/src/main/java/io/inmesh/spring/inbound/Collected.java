package io.inmesh.spring.inbound;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** The whole of a short body. */
public final class Collected implements Body.Sink {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CompletableFuture<byte[]> whole = new CompletableFuture<>();

  /** Completes at its end. */
  public CompletableFuture<byte[]> whole() {
    return whole;
  }

  @Override
  public void onData(ByteBuffer chunk) {
    byte[] copy = new byte[chunk.remaining()];
    chunk.get(copy);
    bytes.writeBytes(copy);
  }

  @Override
  public void onEnd(Headers trailers) {
    whole.complete(bytes.toByteArray());
  }

  @Override
  public void onFailure(Throwable cause) {
    whole.completeExceptionally(cause);
  }
}
