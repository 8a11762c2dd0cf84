package io.inmesh.runtime.wire;

import io.inmesh.call.Headers;
import io.inmesh.transport.Stream.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes HTTP/1.1 messages. Line ends and zeros in names and values become spaces (RFC 9110, 5.5),
 * so that no value can end a message.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures come through the pipeline.
public final class Http1Writer {
  /** For {@code contentLength}: the body's length is unknown, so it goes in chunks. */
  public static final long CHUNKED = -1;

  /** For {@code contentLength}: no word about a body. */
  public static final long NONE = -2;

  /** For {@code contentLength}: the body ends with the connection, as in HTTP/1.0. */
  public static final long UNTIL_CLOSE = -3;

  private static final int TYPICAL_HEAD = 384;
  private static final int COPY_BELOW = 4096;
  private static final int CRLF = '\r' << 8 | '\n';
  private static final int COLON = ':' << 8 | ' ';
  private static final byte[] HTTP = " HTTP/1.1\r\nhost: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LENGTH = "content-length: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CHUNKS =
      "transfer-encoding: chunked\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CLOSE = "connection: close\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] KEEP =
      "connection: keep-alive\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] STATUS = "HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] OK = "HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LAST = "0\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** What a response's head says of the connection. */
  public enum Connection {
    /** Nothing. */
    PLAIN,
    /** It ends after this. */
    CLOSE,
    /** It stays, said to an HTTP/1.0 client. */
    KEEP
  }

  private Http1Writer() {}

  /** A request's head. */
  public static ByteBuf request(
      ByteBufAllocator allocator, RequestHead head, Headers headers, long contentLength) {
    ByteBuf out = allocator.buffer(TYPICAL_HEAD);
    text(out, head.method());
    out.writeByte(' ');
    text(out, head.path());
    out.writeBytes(HTTP);
    text(out, head.authority());
    out.writeShort(CRLF);
    fields(out, headers, false);
    length(out, contentLength);
    out.writeShort(CRLF);
    return out;
  }

  /** A response's head. */
  public static ByteBuf response(
      ByteBufAllocator allocator,
      int status,
      Headers headers,
      long contentLength,
      Connection connection) {
    ByteBuf out = allocator.buffer(TYPICAL_HEAD);
    if (status == 200) {
      out.writeBytes(OK);
    } else {
      out.writeBytes(STATUS);
      decimal(out, status);
      out.writeByte(' ');
      text(out, HttpResponseStatus.valueOf(status).reasonPhrase());
      out.writeShort(CRLF);
    }
    // Without a body the length that a body would have may be told: an answer to HEAD, a 304.
    fields(out, headers, contentLength == NONE);
    length(out, contentLength);
    if (connection != Connection.PLAIN) {
      out.writeBytes(connection == Connection.CLOSE ? CLOSE : KEEP);
    }
    out.writeShort(CRLF);
    return out;
  }

  /** The informational answer to {@code expect: 100-continue}. */
  public static ByteBuf continuing() {
    return Unpooled.wrappedBuffer(CONTINUE);
  }

  private static void length(ByteBuf out, long contentLength) {
    if (contentLength >= 0) {
      out.writeBytes(LENGTH);
      decimal(out, contentLength);
      out.writeShort(CRLF);
    } else if (contentLength == CHUNKED) {
      out.writeBytes(CHUNKS);
    }
  }

  private static void fields(ByteBuf out, Headers headers, boolean withLength) {
    for (int i = 0, n = headers.size(); i < n; i++) {
      String name = headers.name(i);
      boolean length = Fields.isFraming(name);
      if ((length && !(withLength && name.equals("content-length"))) || Fields.isHop(name)) {
        continue;
      }
      text(out, name);
      out.writeShort(COLON);
      text(out, headers.value(i));
      out.writeShort(CRLF);
    }
  }

  /** Latin-1; what is not in it becomes a question mark. */
  private static void text(ByteBuf out, String text) {
    out.writeCharSequence(Fields.safe(text), StandardCharsets.ISO_8859_1);
  }

  private static void decimal(ByteBuf out, long value) {
    if (value >= 10) {
      decimal(out, value / 10);
    }
    out.writeByte('0' + (int) (value % 10));
  }

  /** Writes a piece of a body, without flush. */
  public static void body(Channel channel, ByteBuffer chunk, boolean chunked) {
    int size = chunk.remaining();
    if (size == 0) {
      return;
    }
    if (!chunked) {
      channel.write(Unpooled.wrappedBuffer(chunk), channel.voidPromise());
      return;
    }
    if (size <= COPY_BELOW) {
      ByteBuf all = channel.alloc().buffer(size + 12);
      hex(all, size);
      all.writeShort(CRLF);
      all.writeBytes(chunk);
      all.writeShort(CRLF);
      channel.write(all, channel.voidPromise());
      return;
    }
    ByteBuf line = channel.alloc().buffer(16);
    hex(line, size);
    line.writeShort(CRLF);
    channel.write(line, channel.voidPromise());
    channel.write(Unpooled.wrappedBuffer(chunk), channel.voidPromise());
    channel.write(channel.alloc().buffer(2).writeShort(CRLF), channel.voidPromise());
  }

  private static void hex(ByteBuf out, int value) {
    int shift = Math.max(0, 28 - Integer.numberOfLeadingZeros(value) / 4 * 4);
    for (; shift >= 0; shift -= 4) {
      out.writeByte(DIGITS[value >>> shift & 15]);
    }
  }

  /** Writes the end of a body in chunks, without flush. */
  public static void end(Channel channel, Headers trailers) {
    ByteBuf out = channel.alloc().buffer(trailers.size() == 0 ? 8 : 128);
    out.writeBytes(LAST);
    fields(out, trailers, false);
    out.writeShort(CRLF);
    channel.write(out, channel.voidPromise());
  }
}
