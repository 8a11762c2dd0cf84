package io.inmesh.runtime.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;

/**
 * The bytes of an HTTP/1.1 connection that have been read and not been understood yet. Owner: its
 * loop.
 */
public final class Http1Input {
  private final Channel channel;
  private ByteBuf bytes = Unpooled.EMPTY_BUFFER;

  /** A connection's. */
  public Http1Input(Channel channel) {
    this.channel = channel;
  }

  /** More bytes; they belong to this from now on. */
  public void add(ByteBuf more) {
    if (bytes.isReadable()) {
      ByteBuf both = channel.alloc().buffer(bytes.readableBytes() + more.readableBytes());
      both.writeBytes(bytes).writeBytes(more);
      more.release();
      bytes.release();
      bytes = both;
    } else {
      bytes.release();
      bytes = more;
    }
  }

  /** What is there. */
  public ByteBuf bytes() {
    return bytes;
  }

  /** How much is there. */
  public int size() {
    return bytes.readableBytes();
  }

  /** The next bytes; good until more are added or these are consumed. */
  public ByteBuffer view(int length) {
    return Views.of(bytes, length);
  }

  /** Lets go of the buffer if all of it has been read. */
  public void releaseIfRead() {
    if (!bytes.isReadable()) {
      release();
    }
  }

  /** Lets go of what is there. */
  public void release() {
    bytes.release();
    bytes = Unpooled.EMPTY_BUFFER;
  }

  /** Whether more is read from the socket. */
  public void reading(boolean on) {
    if (channel.config().isAutoRead() != on) {
      channel.config().setAutoRead(on);
    }
  }
}
