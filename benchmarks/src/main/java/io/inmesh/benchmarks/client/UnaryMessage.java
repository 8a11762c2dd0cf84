package io.inmesh.benchmarks.client;

/** The framing of gRPC messages. */
final class UnaryMessage {
  /** Compression flag and length before each message. */
  static final int PREFIX = 5;

  private UnaryMessage() {}

  /** A message of zeros with its prefix. */
  static byte[] ofLength(int length) {
    byte[] message = new byte[PREFIX + length];
    message[3] = (byte) (length >>> 8);
    message[4] = (byte) length;
    return message;
  }
}
