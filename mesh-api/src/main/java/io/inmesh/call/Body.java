package io.inmesh.call;

import java.nio.ByteBuffer;

/**
 * A stream of bytes at the pace of its reader: the body of a request or of a response, ended by
 * trailers. It is read once, by one reader.
 *
 * <p>All calls between a body and its sink are serial. A body may be driven from any thread; it may
 * answer a demand before {@link #demand} returns.
 */
public interface Body {
  /**
   * Starts reading; nothing arrives before the first {@link #demand}, except an end or a failure.
   */
  void open(Sink sink);

  /**
   * The reader can take so many more chunks. Adds up; {@link Integer#MAX_VALUE} means "all there
   * is".
   */
  void demand(int chunks);

  /** The rest is not wanted. No callback follows. Idempotent. */
  void cancel();

  /**
   * The number of bytes, if it is known before reading; -1 otherwise. Becomes {@code
   * content-length}.
   */
  default long length() {
    return -1;
  }

  /**
   * The reader's side: any number of chunks, then exactly one of {@link #onEnd} and {@link
   * #onFailure}.
   */
  interface Sink {
    /**
     * A chunk. In a request body its bytes belong to the reader from now on. In a response body
     * they are only lent until this method returns: a reader that keeps them copies them.
     */
    void onData(ByteBuffer chunk);

    /** The end, with trailers, which are mostly {@link Headers#EMPTY}. */
    void onEnd(Headers trailers);

    /** The stream broke. */
    void onFailure(Throwable cause);
  }
}
