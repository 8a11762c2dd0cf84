package io.inmesh.runtime.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Counters with one row for each loop. Only the row's loop writes to it, so that adding is a plain
 * load and store; a sum over all rows may be read by any thread at any time and never goes back.
 */
final class Cells {
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  /** Keeps the counters of two rows off each other's cache line, wherever they lie. */
  private static final int PAD = 8;

  private static final long[] @Nullable [] NONE = {};

  private final int size;
  private volatile long[] @Nullable [] rows = NONE;

  Cells(int size) {
    this.size = size;
  }

  /** The row of a loop; on that loop. */
  long[] row(int stripe) {
    long[] @Nullable [] all = rows;
    long[] own = stripe < all.length ? all[stripe] : null;
    return own != null ? own : added(stripe);
  }

  private synchronized long[] added(int stripe) {
    long[] @Nullable [] more = Arrays.copyOf(rows, Math.max(rows.length, stripe + 1));
    long[] own = new long[PAD + size];
    more[stripe] = own;
    rows = more;
    return own;
  }

  /** Adds to a cell of the loop's own row. */
  static void add(long[] row, int cell, long amount) {
    LONGS.setOpaque(row, PAD + cell, row[PAD + cell] + amount);
  }

  /** The cell over all rows. From any thread. */
  long sum(int cell) {
    long sum = 0;
    for (long[] row : rows) {
      if (row != null) {
        sum += (long) LONGS.getOpaque(row, PAD + cell);
      }
    }
    return sum;
  }
}
