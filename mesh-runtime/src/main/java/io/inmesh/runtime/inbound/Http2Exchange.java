package io.inmesh.runtime.inbound;

import io.inmesh.call.Headers;
import io.inmesh.runtime.wire.Http2Fields;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * An exchange over HTTP/2. Owner: its loop. What the handler does not want yet waits here, at most
 * a stream's window.
 */
final class Http2Exchange extends ServerExchange {
  private final Http2ServerConnection connection;
  private final Http2Stream stream;
  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(2);
  private Headers trailers = Headers.EMPTY;
  private boolean endReceived;
  private boolean delivering;
  private boolean closed;
  private long bodyBytes;

  Http2Exchange(Http2ServerConnection connection, Http2Stream stream, boolean toHead) {
    super(connection.eventLoop(), toHead);
    this.connection = connection;
    this.stream = stream;
  }

  // ---- the request ----

  /** A piece of the body; how many bytes of it have been taken already. */
  int data(ByteBuf bytes, boolean end) {
    int size = bytes.readableBytes();
    endReceived |= end;
    bodyBytes += size;
    if (connection.isTooLarge(bodyBytes)) {
      connection.tooLarge(this);
      return size;
    }
    int taken = size;
    if (size > 0) {
      if (waiting.isEmpty() && isDemanded() && !delivering) {
        delivering = true;
        pass(bytes);
        delivering = false;
      } else {
        taken = 0;
        waiting.add(bytes.retain());
      }
    }
    deliver();
    return taken;
  }

  void end(Headers fields) {
    trailers = fields;
    endReceived = true;
    deliver();
  }

  private void pass(ByteBuf bytes) {
    request(
        bytes.nioBufferCount() == 1
            ? bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes())
            : bytes.nioBuffer());
  }

  @Override
  void demanded() {
    deliver();
  }

  private void deliver() {
    if (delivering) {
      return;
    }
    delivering = true;
    try {
      while (!waiting.isEmpty() && isDemanded()) {
        ByteBuf bytes = waiting.poll();
        int size = bytes.readableBytes();
        try {
          pass(bytes);
        } finally {
          bytes.release();
        }
        connection.consumed(stream, size);
      }
    } finally {
      delivering = false;
    }
    if (endReceived && waiting.isEmpty() && !isRequestEnded()) {
      requestEnd(trailers);
    }
  }

  // ---- the answer ----

  @Override
  void writeHead(int status, Headers headers, long contentLength, boolean end) {
    if (!closed) {
      Http2Headers head =
          Http2Fields.response(status, headers, contentLength, contentLength == NO_LENGTH);
      connection.headers(stream, head, end);
    }
  }

  @Override
  void writeData(ByteBuffer chunk) {
    if (!closed) {
      connection.data(stream, chunk);
    }
  }

  @Override
  void writeEnd(Headers fields) {
    if (!closed) {
      connection.end(stream, fields);
    }
  }

  @Override
  boolean isWritable() {
    return !closed && connection.isWritable(stream);
  }

  @Override
  void flush() {
    connection.flush();
  }

  @Override
  void abort() {
    if (!closed) {
      connection.abort(stream);
    }
  }

  @Override
  void answered() {
    // What is left of the request is dropped; the connection tells the client once the end is out.
    if (!isRequestEnded()) {
      discard();
    }
  }

  /** The connection is done with the stream. */
  void closed(String why) {
    closed = true;
    if (!isAnswered() || !isRequestEnded()) {
      lost(why);
    }
    for (ByteBuf bytes = waiting.poll(); bytes != null; bytes = waiting.poll()) {
      bytes.release();
    }
  }
}
