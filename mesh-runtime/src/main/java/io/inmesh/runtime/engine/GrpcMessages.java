package io.inmesh.runtime.engine;

import java.nio.ByteBuffer;

/**
 * Counts the messages of one gRPC call: each begins with a flag and its length in four bytes.
 * Owner: the call's loop.
 */
final class GrpcMessages {
  private static final int HEAD = 5;

  /** Of the response. */
  final Body received = new Body();

  /** Of the request, in the attempt of now. */
  Body sent = new Body();

  /** One body. */
  static final class Body {
    private long count;
    private int headRead;
    private long length;
    private long left;

    /** Looks at a chunk and leaves it as it is. */
    void take(ByteBuffer chunk) {
      int at = chunk.position();
      while (at < chunk.limit()) {
        if (left > 0) {
          long some = Math.min(left, chunk.limit() - at);
          left -= some;
          at += (int) some;
        } else {
          int next = chunk.get(at++) & 0xff;
          length = headRead == 0 ? 0 : length << 8 | next;
          if (++headRead == HEAD) {
            headRead = 0;
            left = length;
            count++;
          }
        }
      }
    }

    /** Messages that have begun. */
    long count() {
      return count;
    }
  }

  /** Another attempt sends the request from its beginning. */
  void again() {
    sent = new Body();
  }
}
