package io.inmesh.benchmarks.backend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Answers HTTP/1.1 with as little work as can be: it looks for the end of the head, for a
 * Content-Length in requests that are no GET, and for {@code /bytes/N} as the path, where N bytes
 * are answered instead of 1 KB. Trusts its clients; it never leaves loopback.
 */
final class Http1Answers extends ChannelInboundHandlerAdapter {
  private static final int SMALL = 1024;
  private static final int CHUNK = 64 << 10;
  private static final ByteBuf ANSWER =
      Unpooled.unreleasableBuffer(head(SMALL).writeBytes(filled(SMALL)).asReadOnly());
  private static final ByteBuf FILLED =
      Unpooled.unreleasableBuffer(
          Unpooled.directBuffer(CHUNK).writeBytes(filled(CHUNK)).asReadOnly());
  private static final byte[] END = {'\r', '\n', '\r', '\n'};
  private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BYTES = "GET /bytes/".getBytes(StandardCharsets.US_ASCII);

  private @Nullable ByteBuf kept;
  private long bodyLeft;
  private long owed;

  private static ByteBuf head(long length) {
    return Unpooled.directBuffer()
        .writeBytes(
            ("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: "
                    + length
                    + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    java.util.Arrays.fill(bytes, (byte) 'x');
    return bytes;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    var bytes = (ByteBuf) message;
    if (kept != null) {
      bytes = Unpooled.wrappedBuffer(kept, bytes);
      kept = null;
    }
    while (bytes.isReadable() && take(context, bytes)) {
      // One request, or a part of a body, was taken.
    }
    if (bytes.isReadable()) {
      kept = bytes;
    } else {
      bytes.release();
    }
  }

  /** False if the head is not whole yet. */
  private boolean take(ChannelHandlerContext context, ByteBuf bytes) {
    if (bodyLeft > 0) {
      int now = (int) Math.min(bodyLeft, bytes.readableBytes());
      bytes.skipBytes(now);
      bodyLeft -= now;
      if (bodyLeft == 0) {
        context.write(ANSWER.duplicate());
      }
      return true;
    }
    int start = bytes.readerIndex();
    int end = find(bytes, END, start, bytes.writerIndex());
    if (end < 0) {
      return false;
    }
    bytes.readerIndex(end + END.length);
    if (bytes.getByte(start) != 'G') {
      bodyLeft = contentLength(bytes, start, end);
      if (bodyLeft > 0) {
        return true;
      }
    } else if (startsWith(bytes, BYTES, start)) {
      long length = number(bytes, start + BYTES.length);
      context.write(head(length));
      owed += length;
      pay(context);
      return true;
    }
    context.write(ANSWER.duplicate());
    return true;
  }

  /** Writes of a long answer what the connection takes. */
  private void pay(ChannelHandlerContext context) {
    while (owed > 0 && context.channel().isWritable()) {
      int now = (int) Math.min(owed, CHUNK);
      owed -= now;
      context.write(FILLED.duplicate().writerIndex(now));
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (owed > 0) {
      pay(context);
      context.flush();
    }
  }

  private static int find(ByteBuf bytes, byte[] wanted, int from, int to) {
    for (int i = bytes.indexOf(from, to, wanted[0]);
        i >= 0;
        i = bytes.indexOf(i + 1, to, wanted[0])) {
      if (i + wanted.length <= to && startsWith(bytes, wanted, i)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean startsWith(ByteBuf bytes, byte[] wanted, int at) {
    if (at + wanted.length > bytes.writerIndex()) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (bytes.getByte(at + i) != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  private static long contentLength(ByteBuf bytes, int from, int to) {
    for (int line = from; line < to; line++) {
      int at = 0;
      while (at < LENGTH.length && (bytes.getByte(line + at) | 0x20) == (LENGTH[at] | 0x20)) {
        at++;
      }
      if (at == LENGTH.length) {
        return number(bytes, line + at);
      }
    }
    return 0;
  }

  private static long number(ByteBuf bytes, int from) {
    int at = from;
    while (bytes.getByte(at) == ' ') {
      at++;
    }
    long value = 0;
    for (byte digit = bytes.getByte(at);
        digit >= '0' && digit <= '9';
        digit = bytes.getByte(++at)) {
      value = value * 10 + digit - '0';
    }
    return value;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ReferenceCountUtil.release(kept);
    kept = null;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    context.close();
  }
}
