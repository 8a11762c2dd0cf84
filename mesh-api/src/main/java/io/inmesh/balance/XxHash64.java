package io.inmesh.balance;

import java.nio.charset.StandardCharsets;

/**
 * The hash of hash policies, rings and Maglev tables: xxHash with 64 bits, as its public
 * specification has it. Text counts as its UTF-8 bytes; ASCII text is hashed without a copy.
 */
public final class XxHash64 {
  private static final long P1 = 0x9E3779B185EBCA87L;
  private static final long P2 = 0xC2B2AE3D27D4EB4FL;
  private static final long P3 = 0x165667B19E3779F9L;
  private static final long P4 = 0x85EBCA77C2B2AE63L;
  private static final long P5 = 0x27D4EB2F165667C5L;

  private XxHash64() {}

  /** The hash of a text with seed 0. */
  public static long of(String text) {
    return of(text, 0);
  }

  /** The hash of a text. */
  public static long of(String text, long seed) {
    return of(text, 0, text.length(), seed);
  }

  /** The hash of the part of a text from {@code from} (inclusive) to {@code to} (exclusive). */
  public static long of(String text, int from, int to, long seed) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) > 0x7f) {
        byte[] bytes = text.substring(from, to).getBytes(StandardCharsets.UTF_8);
        return hash(new String(bytes, StandardCharsets.ISO_8859_1), 0, bytes.length, seed);
      }
    }
    return hash(text, from, to, seed);
  }

  /** Every char is a byte. */
  private static long hash(String bytes, int from, int to, long seed) {
    int at = from;
    long hash;
    if (to - from >= 32) {
      long a = seed + P1 + P2;
      long b = seed + P2;
      long c = seed;
      long d = seed - P1;
      for (; at + 32 <= to; at += 32) {
        a = round(a, word(bytes, at));
        b = round(b, word(bytes, at + 8));
        c = round(c, word(bytes, at + 16));
        d = round(d, word(bytes, at + 24));
      }
      hash =
          Long.rotateLeft(a, 1)
              + Long.rotateLeft(b, 7)
              + Long.rotateLeft(c, 12)
              + Long.rotateLeft(d, 18);
      hash = merge(merge(merge(merge(hash, a), b), c), d);
    } else {
      hash = seed + P5;
    }
    return tail(bytes, at, to, hash + (to - from));
  }

  private static long tail(String bytes, int from, int to, long start) {
    long hash = start;
    int at = from;
    for (; at + 8 <= to; at += 8) {
      hash = Long.rotateLeft(hash ^ round(0, word(bytes, at)), 27) * P1 + P4;
    }
    if (at + 4 <= to) {
      hash = Long.rotateLeft(hash ^ half(bytes, at) * P1, 23) * P2 + P3;
      at += 4;
    }
    for (; at < to; at++) {
      hash = Long.rotateLeft(hash ^ bytes.charAt(at) * P5, 11) * P1;
    }
    hash = (hash ^ hash >>> 33) * P2;
    hash = (hash ^ hash >>> 29) * P3;
    return hash ^ hash >>> 32;
  }

  private static long round(long sum, long word) {
    return Long.rotateLeft(sum + word * P2, 31) * P1;
  }

  private static long merge(long hash, long sum) {
    return (hash ^ round(0, sum)) * P1 + P4;
  }

  private static long half(String bytes, int at) {
    return (bytes.charAt(at)
            | (long) bytes.charAt(at + 1) << 8
            | (long) bytes.charAt(at + 2) << 16
            | (long) bytes.charAt(at + 3) << 24)
        & 0xffffffffL;
  }

  private static long word(String bytes, int at) {
    return half(bytes, at) | half(bytes, at + 4) << 32;
  }
}
