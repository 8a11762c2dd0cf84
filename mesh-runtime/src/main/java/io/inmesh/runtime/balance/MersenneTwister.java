package io.inmesh.runtime.balance;

/**
 * MT19937, because Envoy seeds one with a call's hash to order the hosts that may take an overload.
 * Used by one thread.
 */
final class MersenneTwister {
  private static final int SIZE = 624;
  private static final int MIDDLE = 397;

  private final int[] state = new int[SIZE];
  private int at;

  MersenneTwister(int seed) {
    state[0] = seed;
    for (int i = 1; i < SIZE; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
    }
  }

  /** 32 uniform bits. */
  int next() {
    // One word at a time gives the same numbers as renewing all words at once.
    int following = (at + 1) % SIZE;
    int word = (state[at] & 0x80000000) | (state[following] & 0x7fffffff);
    int twist = (word & 1) == 0 ? 0 : 0x9908b0df;
    int value = state[(at + MIDDLE) % SIZE] ^ word >>> 1 ^ twist;
    state[at] = value;
    at = following;
    value ^= value >>> 11;
    value ^= value << 7 & 0x9d2c5680;
    value ^= value << 15 & 0xefc60000;
    return value ^ value >>> 18;
  }

  /** A number from 0 to {@code bound}, exclusive. */
  int below(int bound) {
    long width = (1L << 32) / bound;
    long drawn = bound;
    while (drawn >= bound) {
      drawn = Integer.toUnsignedLong(next()) / width;
    }
    return (int) drawn;
  }
}
