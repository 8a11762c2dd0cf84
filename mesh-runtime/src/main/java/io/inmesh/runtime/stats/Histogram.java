package io.inmesh.runtime.stats;

import java.util.List;

/** A distribution over fixed buckets, within the cells of its owner. */
public final class Histogram {
  /**
   * Upper bounds of the buckets, the last one open: Envoy's default for Prometheus, which Istio
   * uses for milliseconds and for bytes alike.
   */
  public static final List<Double> BOUNDS =
      List.of(
          0.5,
          1.0,
          5.0,
          10.0,
          25.0,
          50.0,
          100.0,
          250.0,
          500.0,
          1_000.0,
          2_500.0,
          5_000.0,
          10_000.0,
          30_000.0,
          60_000.0,
          300_000.0,
          600_000.0,
          1_800_000.0,
          3_600_000.0);

  /** How many cells one takes: a sum and the buckets. */
  static final int CELLS = BOUNDS.size() + 2;

  private final Cells cells;
  private final int from;
  private final long[] bounds;
  private final double unit;

  /**
   * A distribution.
   *
   * @param from its first cell
   * @param unit how many of what is added make one of what is read
   */
  Histogram(Cells cells, int from, long unit) {
    this.cells = cells;
    this.from = from;
    this.unit = unit;
    this.bounds = BOUNDS.stream().mapToLong(bound -> (long) (bound * unit)).toArray();
  }

  void add(long[] row, long value) {
    int bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]) {
      bucket++;
    }
    Cells.add(row, from, value);
    Cells.add(row, from + 1 + bucket, 1);
  }

  /** How many values fell into a bucket, and not into one below it. From any thread. */
  public long inBucket(int bucket) {
    return cells.sum(from + 1 + bucket);
  }

  /** The sum of all values. From any thread. */
  public double sum() {
    return cells.sum(from) / unit;
  }

  /** How many values there are. From any thread. */
  public long count() {
    long count = 0;
    for (int bucket = 0; bucket <= BOUNDS.size(); bucket++) {
      count += inBucket(bucket);
    }
    return count;
  }
}
