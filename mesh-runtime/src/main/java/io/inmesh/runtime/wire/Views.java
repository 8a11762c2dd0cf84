package io.inmesh.runtime.wire;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** Bytes of Netty's buffers as the JDK's. */
final class Views {
  private Views() {}

  /** The next bytes, without a copy where possible; good until the buffer is used otherwise. */
  static ByteBuffer of(ByteBuf bytes, int length) {
    return bytes.nioBufferCount() == 1
        ? bytes.internalNioBuffer(bytes.readerIndex(), length)
        : bytes.nioBuffer(bytes.readerIndex(), length);
  }
}
