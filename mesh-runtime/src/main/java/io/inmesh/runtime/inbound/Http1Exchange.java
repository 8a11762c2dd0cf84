package io.inmesh.runtime.inbound;

import io.inmesh.call.Headers;
import io.inmesh.runtime.wire.Http1Writer;
import io.inmesh.runtime.wire.Http1Writer.Connection;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;

/** An exchange over HTTP/1.1. Owner: its loop. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Http1Exchange extends ServerExchange {
  private final Http1ServerConnection connection;
  private final Channel channel;
  private final boolean http10;
  private boolean keepAlive;
  private boolean chunked;
  private long left = -1;

  Http1Exchange(
      Http1ServerConnection connection, boolean toHead, boolean http10, boolean keepAlive) {
    super(connection.loop(), toHead, connection.stallNanos());
    this.connection = connection;
    this.channel = connection.channel();
    this.http10 = http10;
    this.keepAlive = keepAlive;
  }

  @Override
  void writeHead(int status, Headers headers, long contentLength, boolean end) {
    long length = contentLength;
    if (!end) {
      left = contentLength;
      chunked = contentLength < 0 && !http10;
      if (contentLength < 0 && http10) {
        length = Http1Writer.UNTIL_CLOSE;
        keepAlive = false;
      }
    }
    if (connection.isDraining() || !connection.canReadRest(this)) {
      keepAlive = false;
    }
    Connection word = keepAlive ? (http10 ? Connection.KEEP : Connection.PLAIN) : Connection.CLOSE;
    channel.write(
        Http1Writer.response(channel.alloc(), status, headers, length, word),
        channel.voidPromise());
  }

  boolean isKeepAlive() {
    return keepAlive;
  }

  @Override
  void writeData(ByteBuffer chunk) {
    if (left >= 0) {
      left -= chunk.remaining();
      if (left < 0) {
        onFailure(new IllegalStateException("an answer is longer than its length"));
        return;
      }
    }
    Http1Writer.body(channel, chunk, chunked);
  }

  @Override
  void writeEnd(Headers trailers) {
    if (left > 0) {
      onFailure(new IllegalStateException("an answer is shorter than its length"));
      return;
    }
    if (chunked) {
      Http1Writer.end(channel, trailers);
    }
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
  void abort() {
    connection.abort();
  }

  @Override
  void answered() {
    connection.answered(this);
  }
}
