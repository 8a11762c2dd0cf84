package io.inmesh.runtime.wire;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** Bytes of Netty's buffers as the JDK's. */
final class Views {
  private Views() {}

  /** The next bytes, without a copy where possible; good until the buffer is used otherwise. */
  static ByteBuffer of(ByteBuf bytes, int length) {
    ByteBuf whole = bytes.unwrap();
    if (whole != null && bytes.hasMemoryAddress() && isPlain(whole)) {
      // A slice makes two buffers at each turn. What it is a slice of keeps one, but other slices
      // of it may be read meanwhile.
      long start = bytes.memoryAddress() - whole.memoryAddress() + bytes.readerIndex();
      return whole.internalNioBuffer((int) start, length).duplicate();
    }
    return bytes.nioBufferCount() == 1
        ? bytes.internalNioBuffer(bytes.readerIndex(), length)
        : bytes.nioBuffer(bytes.readerIndex(), length);
  }

  private static boolean isPlain(ByteBuf bytes) {
    return bytes.unwrap() == null && bytes.hasMemoryAddress() && bytes.nioBufferCount() == 1;
  }
}
