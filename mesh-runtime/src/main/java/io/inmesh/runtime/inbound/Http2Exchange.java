package io.inmesh.runtime.inbound;

import io.inmesh.call.Headers;
import io.inmesh.runtime.wire.Http2Fields;
import io.inmesh.runtime.wire.Http2Inbox;
import io.inmesh.runtime.wire.Http2Session;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.nio.ByteBuffer;

/** An exchange over HTTP/2. Owner: its loop. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
final class Http2Exchange extends ServerExchange
    implements Http2Session.Exchange, Http2Inbox.Reader {
  private final Http2ServerConnection connection;
  private final Http2Stream stream;
  private final Http2Inbox inbox = new Http2Inbox(this);
  private Headers trailers = Headers.EMPTY;
  private boolean mustContinue;
  private boolean endReceived;
  private boolean closed;
  private long bodyBytes;

  Http2Exchange(
      Http2ServerConnection connection, Http2Stream stream, boolean toHead, boolean mustContinue) {
    super(connection.loop(), toHead, connection.stallNanos());
    this.connection = connection;
    this.stream = stream;
    this.mustContinue = mustContinue;
  }

  // ---- the request ----

  @Override
  public int data(ByteBuf bytes, boolean end) {
    int size = bytes.readableBytes();
    endReceived |= end;
    bodyBytes += size;
    if (connection.isTooLarge(bodyBytes)) {
      connection.tooLarge(this);
      return size;
    }
    int taken = inbox.offer(bytes);
    deliver();
    return taken;
  }

  void end(Headers fields) {
    trailers = fields;
    endReceived = true;
    deliver();
  }

  @Override
  public boolean takesChunk() {
    return isDemanded();
  }

  @Override
  public void chunk(ByteBuffer bytes) {
    request(bytes);
  }

  @Override
  public void consumed(int bytes) {
    connection.session().consumed(stream, bytes);
  }

  @Override
  void demanded() {
    if (mustContinue && !closed && !isHeadSent() && isDemanded()) {
      mustContinue = false;
      connection.session().headers(stream.id(), Http2Fields.continuing(), false);
      connection.session().flushSoon();
    }
    deliver();
  }

  private void deliver() {
    if (inbox.deliver() && endReceived && !isRequestEnded()) {
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
      connection.session().data(stream, chunk, false);
    }
  }

  @Override
  void writeEnd(Headers fields) {
    if (!closed) {
      connection.end(stream, fields);
    }
  }

  @Override
  public boolean isWritable() {
    return !closed && connection.session().isWritable(stream);
  }

  @Override
  public void flush() {
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
    if (!closed && !isWritable()) {
      blocked();
    }
  }

  /** The connection is done with the stream. */
  void closed(String why) {
    closed = true;
    unblocked();
    if (!isAnswered() || !isRequestEnded()) {
      lost(why);
    }
    inbox.release();
  }
}
