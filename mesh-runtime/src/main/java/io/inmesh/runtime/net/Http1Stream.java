package io.inmesh.runtime.net;

import io.inmesh.call.Headers;
import io.inmesh.runtime.wire.Http1Writer;
import io.inmesh.transport.Stream;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;

/** One exchange over HTTP/1.1. An object of its own, so that a late caller meets no other's. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Http1Stream extends LinkStream {
  private final Http1Connection connection;
  private final Channel channel;
  private boolean chunked;
  private long left;
  boolean responseBegun;

  Http1Stream(Http1Connection connection, Stream.Handler handler) {
    super(handler, connection.pool.loop());
    this.connection = connection;
    this.channel = connection.channel;
  }

  @Override
  public void head(RequestHead head, Headers headers, long contentLength, boolean end) {
    if (closed || !channel.isActive()) {
      return;
    }
    connection.expect(head.method().equals("HEAD"));
    long length = end ? emptyLength(head.method()) : contentLength;
    channel.write(
        Http1Writer.request(channel.alloc(), head, headers, length), channel.voidPromise());
    if (end) {
      headSent = true;
      endSent = true;
      flush();
      // A connection that the peer has closed refuses the write as a whole.
      headSent = channel.isActive();
    } else {
      chunked = contentLength < 0;
      left = contentLength;
      bodyFollows();
    }
  }

  /** RFC 9110, 8.6: a method that usually has a body says that there is none. */
  private static long emptyLength(String method) {
    return switch (method) {
      case "POST", "PUT", "PATCH" -> 0;
      default -> Http1Writer.NONE;
    };
  }

  @Override
  public void data(ByteBuffer chunk) {
    if (closed || endSent || !channel.isActive()) {
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
    if (closed || endSent || !channel.isActive()) {
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
  boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  void flush() {
    channel.flush();
  }

  @Override
  void demanded() {
    connection.process();
  }

  @Override
  public void reset() {
    if (!closed) {
      connection.reset();
    }
  }
}
