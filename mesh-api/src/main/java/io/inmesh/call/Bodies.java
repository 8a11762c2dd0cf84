package io.inmesh.call;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;

/** Request bodies from what applications have, and what applications use from response bodies. */
public final class Bodies {
  private Bodies() {}

  /**
   * These bytes, from position to limit. They must not be changed afterwards. The body may be
   * opened again when its reader has come to the end or cancelled; two calls at the same time need
   * one each.
   */
  public static Body of(ByteBuffer bytes) {
    return new BytesBody(bytes);
  }

  /** These bytes. They must not be changed afterwards. */
  public static Body of(byte[] bytes) {
    return of(ByteBuffer.wrap(bytes));
  }

  /** This text in UTF-8. */
  public static Body of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A stream, read on {@code executor}, which may block, one chunk of at most 16 KiB for each that
   * is asked for. It is closed at its end, on failure and on cancel.
   *
   * @param length the number of bytes, or -1 if it is not known
   */
  public static Body of(InputStream stream, long length, Executor executor) {
    return new StreamBody(stream, length, executor);
  }

  /** A publisher, subscribed to once. */
  public static Body of(Flow.Publisher<ByteBuffer> publisher) {
    return new PublishedBody(publisher);
  }

  /**
   * A response body as a publisher of buffers of their own, for one subscriber; a second one gets
   * an error. Trailers are not passed on.
   */
  public static Flow.Publisher<ByteBuffer> publisher(Body body) {
    return new BodyPublisher(body);
  }
}
