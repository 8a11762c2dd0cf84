package io.inmesh.runtime.balance;

import java.nio.charset.StandardCharsets;

/** MurmurHash2 with 64 bits and the seed of C++'s standard hash; the other function of rings. */
final class Murmur2 {
  private static final long SEED = 0xc70f6907L;
  private static final long M = 0xc6a4a7935bd1e995L;

  private Murmur2() {}

  static long of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int whole = bytes.length & ~7;
    long hash = SEED ^ bytes.length * M;
    for (int at = 0; at < whole; at += 8) {
      hash = (hash ^ shift(word(bytes, at, 8) * M) * M) * M;
    }
    if (whole < bytes.length) {
      hash = (hash ^ word(bytes, whole, bytes.length - whole)) * M;
    }
    return shift(shift(hash) * M);
  }

  private static long shift(long value) {
    return value ^ value >>> 47;
  }

  private static long word(byte[] bytes, int at, int length) {
    long word = 0;
    for (int i = length - 1; i >= 0; i--) {
      word = word << 8 | (bytes[at + i] & 0xff);
    }
    return word;
  }
}
