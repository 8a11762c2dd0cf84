package io.inmesh.runtime.net;

import io.inmesh.call.Headers;
import io.inmesh.runtime.wire.Http1Writer;
import io.inmesh.transport.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One exchange over HTTP/1.1. An object of its own, so that a late caller meets no other's. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Http1Stream extends LinkStream {
  private final Http1Connection connection;
  private final Channel channel;
  private boolean chunked;
  private long left;

  /** Whether the head has reached the socket, where that is not known at once. */
  private @Nullable ChannelPromise written;

  Http1Stream(Http1Connection connection, Stream.Handler handler) {
    super(handler, connection.pool.loop());
    this.connection = connection;
    this.channel = connection.channel;
  }

  @Override
  public void head(RequestHead head, Headers headers, long contentLength, boolean end) {
    if (isClosed() || !channel.isActive()) {
      return;
    }
    connection.expect(head.method().equals("HEAD"));
    long length = end ? emptyLength(head) : contentLength;
    ByteBuf bytes = Http1Writer.request(channel.alloc(), head, headers, length);
    headSent = true;
    endSent = end;
    if (end && connection.writesAtOnce()) {
      channel.writeAndFlush(bytes, channel.voidPromise());
      // A connection that the peer has closed refuses the write as a whole.
      headSent = channel.isActive();
      return;
    }
    written = channel.newPromise();
    channel.write(bytes, written);
    if (end) {
      flush();
    } else {
      chunked = contentLength < 0;
      left = contentLength;
      bodyFollows(headers);
    }
  }

  /**
   * Envoy's rule, which is RFC 9110's (8.6) and a bit: who may well have a body says it has none.
   */
  private static long emptyLength(RequestHead head) {
    return switch (head.method()) {
      case "GET", "HEAD", "DELETE", "TRACE", "CONNECT" -> Http1Writer.NONE;
      default -> 0;
    };
  }

  /** Whether the peer may know of the request: a head that is not whole is none. */
  boolean isSent() {
    return written == null ? headSent : written.isSuccess();
  }

  @Override
  public void data(ByteBuffer chunk) {
    if (isClosed() || endSent || !channel.isActive()) {
      return;
    }
    if (!chunked) {
      left -= chunk.remaining();
      if (left < 0) {
        connection.broken("the request's body is longer than its content-length");
        return;
      }
    }
    Http1Writer.body(channel, chunk, chunked);
    chunkWritten();
  }

  @Override
  public void end(Headers trailers) {
    if (isClosed() || endSent || !channel.isActive()) {
      return;
    }
    if (chunked) {
      Http1Writer.end(channel, trailers);
    } else if (left != 0) {
      connection.broken("the request's body is shorter than its content-length");
      return;
    }
    endWritten();
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public void flush() {
    channel.flush();
  }

  @Override
  void demanded() {
    connection.process();
  }

  @Override
  public void reset() {
    if (!isClosed()) {
      connection.reset();
    }
  }
}
