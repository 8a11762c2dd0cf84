package io.inmesh.xds.ads;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;

/**
 * Stands for the bytes of a message, so that they need not be kept: 128 bits of two independent
 * mixes. Not safe against forgery, which would only fool whoever forges: a plane.
 */
record Fingerprint(long first, long second, int length) {
  private static final long P1 = 0x9E3779B97F4A7C15L;
  private static final long P2 = 0xC2B2AE3D27D4EB4FL;

  static Fingerprint of(ByteString message) {
    ByteBuffer bytes = message.asReadOnlyByteBuffer();
    long a = P1 ^ bytes.remaining();
    long b = P2 + bytes.remaining();
    while (bytes.remaining() >= Long.BYTES) {
      long word = bytes.getLong();
      a = turn(a ^ word, P1);
      b = turn(b + word, P2);
    }
    long rest = 0;
    while (bytes.hasRemaining()) {
      rest = rest << 8 | (bytes.get() & 0xff);
    }
    return new Fingerprint(
        turn(turn(a ^ rest, P1), P2), turn(turn(b + rest, P2), P1), message.size());
  }

  private static long turn(long mix, long factor) {
    long product = mix * factor;
    return product ^ (product >>> 32);
  }
}
