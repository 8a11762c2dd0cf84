package io.inmesh.runtime.net;

import io.inmesh.call.Headers;
import io.inmesh.runtime.wire.Http2Inbox;
import io.inmesh.runtime.wire.Http2Session;
import io.inmesh.transport.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One exchange over HTTP/2. Owner: its loop. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Http2ClientStream extends LinkStream
    implements Http2Session.Exchange, Http2Inbox.Reader {
  private final Http2ClientConnection connection;
  private final Http2Inbox inbox = new Http2Inbox(this);
  private @Nullable Http2Stream netty;
  private @Nullable ChannelFuture written;

  /** The last chunk, until it is known whether the end goes with it. */
  private @Nullable ByteBuffer held;

  private Headers trailers = Headers.EMPTY;
  private boolean headReceived;
  private boolean endReceived;

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
    if (isClosed() || headSent) {
      return;
    }
    long length = end ? emptyLength(head, -1) : contentLength;
    netty = connection.head(this, head, headers, length, end);
    if (netty == null) {
      return;
    }
    if (end) {
      headSent = true;
      endSent = true;
      connection.session().flushSoon();
    } else {
      bodyFollows(headers);
    }
  }

  /** Hears when the head has reached the socket. */
  void written(ChannelFuture future) {
    written = future;
  }

  /** Whether the peer may know of the request. */
  boolean isSent() {
    return written != null && written.isSuccess();
  }

  @Override
  public void data(ByteBuffer chunk) {
    Http2Stream at = netty;
    if (!isClosed() && !endSent && at != null) {
      writeHeld(at, false);
      held = chunk;
      chunkWritten();
    }
  }

  private boolean writeHeld(Http2Stream at, boolean end) {
    ByteBuffer chunk = held;
    if (chunk == null) {
      return false;
    }
    held = null;
    connection.session().data(at, chunk, end);
    return true;
  }

  @Override
  public void end(Headers trailers) {
    Http2Stream at = netty;
    if (!isClosed() && !endSent && at != null) {
      boolean plain = trailers.size() == 0;
      if (!(writeHeld(at, plain) && plain)) {
        connection.session().end(at, trailers);
      }
      endWritten();
    }
  }

  @Override
  public boolean isWritable() {
    Http2Stream at = netty;
    return at != null && connection.session().isWritable(at);
  }

  @Override
  public void flush() {
    Http2Stream at = netty;
    if (at != null && !isClosed()) {
      writeHeld(at, false);
    }
    if (endSent) {
      connection.session().flushSoon();
    } else {
      connection.channel.flush();
    }
  }

  // ---- the response ----

  void headers(int status, Headers headers, boolean end) {
    endReceived |= end;
    if (isClosed()) {
      return;
    }
    if (headReceived) {
      trailers = headers;
    } else {
      headReceived = true;
      heard(status);
      handler.onHead(status, headers);
    }
    deliver();
  }

  boolean isHeadReceived() {
    return headReceived;
  }

  @Override
  public int data(ByteBuf bytes, boolean end) {
    endReceived |= end;
    int size = bytes.readableBytes();
    if (isClosed()) {
      return size;
    }
    int taken = inbox.offer(bytes);
    deliver();
    return taken;
  }

  @Override
  public boolean takesChunk() {
    return !isClosed() && isDemanded();
  }

  @Override
  public void chunk(ByteBuffer bytes) {
    passed();
    handler.onData(bytes);
  }

  @Override
  public void consumed(int bytes) {
    Http2Stream at = netty;
    if (at != null) {
      connection.session().consumed(at, bytes);
    }
  }

  @Override
  void demanded() {
    deliver();
  }

  /** Passes on what waits, as far as it is wanted, then the end. */
  private void deliver() {
    if (!inbox.deliver() || !endReceived || isClosed()) {
      return;
    }
    Http2Stream at = netty;
    if (placeFree) {
      complete();
    } else if (!endSent && at != null) {
      // The response is whole: the rest of the request is of no use to anybody.
      connection.session().reset(at.id(), Http2Error.NO_ERROR);
    }
  }

  private void complete() {
    if (trailers.size() > 0) {
      handler.onTrailers(trailers);
      if (isClosed()) {
        return;
      }
    }
    close();
    handler.onClose(Closed.COMPLETE, "");
  }

  /** Whether all of the response is here, and nothing has kept it from being passed on. */
  boolean isWhole() {
    return endReceived && how == null;
  }

  /** The connection is done with the stream. */
  void closed(Closed otherwise, String why) {
    placeFree = true;
    connection.ended();
    if (isClosed()) {
      inbox.release();
      return;
    }
    if (isWhole()) {
      deliver();
      return;
    }
    close();
    inbox.release();
    Closed known = how;
    handler.onClose(known == null ? otherwise : known, reason.isEmpty() ? why : reason);
  }

  @Override
  public void reset() {
    if (isClosed()) {
      return;
    }
    close();
    inbox.release();
    Http2Stream at = netty;
    if (placeFree) {
      return;
    }
    if (at != null) {
      connection.session().reset(at.id(), Http2Error.CANCEL);
    } else {
      connection.neverSent(this);
      placeFree = true;
      connection.ended();
    }
  }
}
