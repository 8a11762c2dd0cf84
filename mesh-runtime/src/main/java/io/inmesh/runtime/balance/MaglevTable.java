package io.inmesh.runtime.balance;

import io.inmesh.balance.XxHash64;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Maglev's table, filled as Envoy fills it. */
final class MaglevTable implements HashTable {
  /** Places; in bytes where they fit, because a table is large and each priority has one. */
  private final byte[] small;

  private final int[] large;
  private final int size;

  private MaglevTable(int[] table, int hosts) {
    size = table.length;
    if (hosts <= 256) {
      small = new byte[size];
      for (int i = 0; i < size; i++) {
        small[i] = (byte) table[i];
      }
      large = new int[0];
    } else {
      small = new byte[0];
      large = table;
    }
  }

  /** Hosts take places in turn, in the order of their keys, each in its own permutation. */
  static MaglevTable of(HashShares shares, int size) {
    int[] order =
        IntStream.range(0, shares.size())
            .boxed()
            .sorted(Comparator.comparing(shares::key))
            .mapToInt(Integer::intValue)
            .toArray();
    int hosts = order.length;
    var at = new long[hosts];
    var skip = new long[hosts];
    var target = new double[hosts];
    for (int i = 0; i < hosts; i++) {
      String key = shares.key(order[i]);
      at[i] = Long.remainderUnsigned(XxHash64.of(key), size);
      skip[i] = Long.remainderUnsigned(XxHash64.of(key, 1), size - 1) + 1;
    }
    var table = new int[size];
    Arrays.fill(table, -1);
    int filled = 0;
    for (long turn = 1; filled < size; turn++) {
      for (int i = 0; i < hosts && filled < size; i++) {
        // A light host takes a place only every so many turns.
        if (turn * shares.share(order[i]) < target[i]) {
          continue;
        }
        target[i] += shares.most();
        while (table[(int) at[i]] >= 0) {
          at[i] = (at[i] + skip[i]) % size;
        }
        table[(int) at[i]] = order[i];
        filled++;
      }
    }
    return new MaglevTable(table, hosts);
  }

  @Override
  public int choose(long hash, int attempt) {
    long varied = attempt == 0 ? hash : hash ^ (-1L - attempt + 1);
    int place = (int) Long.remainderUnsigned(varied, size);
    return small.length == 0 ? large[place] : small[place] & 0xff;
  }
}
