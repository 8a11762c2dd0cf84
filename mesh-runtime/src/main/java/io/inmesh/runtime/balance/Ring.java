package io.inmesh.runtime.balance;

import io.inmesh.balance.XxHash64;
import io.inmesh.config.Balancing.HashFunction;
import io.inmesh.config.Balancing.RingHash;
import java.util.Arrays;

/** A ring of hashes, as Envoy's ketama-like one. */
final class Ring implements HashTable {
  /** Rising as signed numbers: the sign bit is flipped. */
  private final long[] hashes;

  private final int[] places;

  /**
   * Where on the ring the hashes begin whose first bits are the index; one entry more for the end.
   * Hashes are spread evenly, so that hardly anything is left to be searched.
   */
  private final int[] starts;

  /** By how many bits a hash is shifted to give its index in {@link #starts}. */
  private final int shift;

  private Ring(long[] hashes, int[] places) {
    this.hashes = hashes;
    this.places = places;
    int bits = Math.max(1, 31 - Integer.numberOfLeadingZeros(hashes.length));
    shift = Long.SIZE - bits;
    starts = new int[(1 << bits) + 1];
    int at = 0;
    for (int index = 0; index < starts.length - 1; index++) {
      while (at < hashes.length && index(hashes[at]) < index) {
        at++;
      }
      starts[index] = at;
    }
    starts[starts.length - 1] = hashes.length;
  }

  private int index(long flipped) {
    return (int) ((flipped ^ Long.MIN_VALUE) >>> shift);
  }

  /** Each host stands on the ring as often as its share of the ring's size says. */
  static Ring of(HashShares shares, RingHash config) {
    double least = shares.least();
    double scale =
        Math.min(Math.ceil(least * config.minimumSize()) / least, (double) config.maximumSize());
    int room = (int) Math.ceil(scale) + 1;
    var points = new Point[room];
    int size = 0;
    double current = 0;
    double target = 0;
    for (int host = 0; host < shares.size(); host++) {
      String prefix = shares.key(host) + "_";
      target += scale * shares.share(host);
      for (long i = 0; current < target; i++) {
        if (size == points.length) {
          points = Arrays.copyOf(points, size * 2);
        }
        points[size++] = new Point(hash(prefix + i, config.function()) ^ Long.MIN_VALUE, host);
        current++;
      }
    }
    Arrays.sort(points, 0, size);
    var hashes = new long[size];
    var places = new int[size];
    for (int i = 0; i < size; i++) {
      hashes[i] = points[i].hash;
      places[i] = points[i].place;
    }
    return new Ring(hashes, places);
  }

  private static long hash(String key, HashFunction function) {
    return function == HashFunction.MURMUR_HASH_2 ? Murmur2.of(key) : XxHash64.of(key);
  }

  private record Point(long hash, int place) implements Comparable<Point> {
    @Override
    public int compareTo(Point other) {
      return Long.compare(hash, other.hash);
    }
  }

  @Override
  public int choose(long hash, int attempt) {
    long wanted = hash ^ Long.MIN_VALUE;
    int index = index(wanted);
    int low = starts[index];
    int high = starts[index + 1];
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (hashes[middle] < wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return places[(int) (((long) low + attempt) % hashes.length)];
  }

  int size() {
    return hashes.length;
  }
}
