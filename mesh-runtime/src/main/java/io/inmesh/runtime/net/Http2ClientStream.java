package io.inmesh.runtime.net;

import io.inmesh.call.Headers;
import io.inmesh.transport.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Stream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One exchange over HTTP/2. Owner: its loop. What the reader does not want yet waits here, at most
 * a stream's window: only what is passed on is given back to the peer's window.
 */
final class Http2ClientStream extends LinkStream {
  private final Http2ClientConnection connection;
  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(2);
  private @Nullable Http2Stream netty;
  private Headers trailers = Headers.EMPTY;
  private boolean headReceived;
  private boolean endReceived;
  private boolean delivering;

  /** Whether the connection has its place back. */
  private boolean placeFree;

  /** Why it will be closed, if that is known before. */
  @Nullable Closed how;

  String reason = "";

  Http2ClientStream(Http2ClientConnection connection, Stream.Handler handler) {
    super(handler, connection.pool.loop());
    this.connection = connection;
  }

  @Override
  public void head(RequestHead head, Headers headers, long contentLength, boolean end) {
    if (closed || headSent) {
      return;
    }
    netty = connection.head(this, head, headers, end ? emptyLength(head) : contentLength, end);
    if (netty == null) {
      return;
    }
    if (end) {
      headSent = true;
      endSent = true;
      connection.flushSoon();
    } else {
      bodyFollows();
    }
  }

  private static long emptyLength(RequestHead head) {
    return switch (head.method()) {
      case "POST", "PUT", "PATCH" -> 0;
      default -> -1;
    };
  }

  @Override
  public void data(ByteBuffer chunk) {
    Http2Stream at = netty;
    if (!closed && !endSent && at != null) {
      connection.data(at, chunk, false);
      chunkWritten();
    }
  }

  @Override
  public void end(Headers trailers) {
    Http2Stream at = netty;
    if (!closed && !endSent && at != null) {
      connection.end(at, trailers);
      endWritten();
    }
  }

  @Override
  boolean isWritable() {
    Http2Stream at = netty;
    return at != null && connection.isWritable(at);
  }

  @Override
  void flush() {
    connection.channel.flush();
  }

  // ---- the response ----

  void headers(int status, Headers headers, boolean end) {
    endReceived |= end;
    if (closed) {
      return;
    }
    if (headReceived) {
      trailers = headers;
    } else {
      headReceived = true;
      handler.onHead(status, headers);
    }
    deliver();
  }

  boolean isHeadReceived() {
    return headReceived;
  }

  /**
   * A piece of the body.
   *
   * @return how many bytes the reader has taken already
   */
  int data(ByteBuf bytes, boolean end) {
    endReceived |= end;
    int size = bytes.readableBytes();
    if (closed) {
      return size;
    }
    int taken = 0;
    if (size > 0) {
      if (waiting.isEmpty() && isDemanded() && !delivering) {
        taken = size;
        delivering = true;
        pass(bytes);
        delivering = false;
      } else {
        waiting.add(bytes.retain());
      }
    }
    deliver();
    return taken;
  }

  private void pass(ByteBuf bytes) {
    passed();
    handler.onData(
        bytes.nioBufferCount() == 1
            ? bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes())
            : bytes.nioBuffer());
  }

  @Override
  void demanded() {
    deliver();
  }

  /** Passes on what waits, as far as it is wanted, then the end. */
  private void deliver() {
    if (delivering) {
      return;
    }
    delivering = true;
    try {
      while (!closed && !waiting.isEmpty() && isDemanded()) {
        ByteBuf bytes = waiting.poll();
        int size = bytes.readableBytes();
        try {
          pass(bytes);
        } finally {
          bytes.release();
        }
        connection.consumed(netty, size);
      }
    } finally {
      delivering = false;
    }
    if (endReceived && waiting.isEmpty() && !closed) {
      if (placeFree) {
        complete();
      } else if (!endSent) {
        // The rest of the request is of no use to anybody.
        connection.reset(netty, false);
      }
    }
  }

  private void complete() {
    if (trailers.size() > 0) {
      handler.onTrailers(trailers);
      if (closed) {
        return;
      }
    }
    closed = true;
    handler.onClose(Closed.COMPLETE, "");
  }

  /** The connection is done with the stream. */
  void closed(Closed otherwise, String why) {
    placeFree = true;
    connection.ended();
    if (closed) {
      release();
      return;
    }
    if (endReceived && how == null) {
      deliver();
      return;
    }
    closed = true;
    release();
    Closed known = how;
    handler.onClose(known == null ? otherwise : known, reason.isEmpty() ? why : reason);
  }

  private void release() {
    for (ByteBuf bytes = waiting.poll(); bytes != null; bytes = waiting.poll()) {
      bytes.release();
    }
  }

  @Override
  public void reset() {
    if (!closed) {
      closed = true;
      release();
      if (!placeFree) {
        if (netty == null) {
          connection.neverSent(this);
          placeFree = true;
          connection.ended();
        } else {
          connection.reset(netty, true);
        }
      }
    }
  }
}
