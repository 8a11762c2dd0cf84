package io.inmesh.runtime.cluster;

import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.loop.EventLoop;

/**
 * How a new host's weight grows. Read from all loops.
 *
 * @param since when the host joined, by the clock of {@code writer}
 */
record Ramp(SlowStart config, long since, EventLoop writer) {
  /** Of the host's weight: more than 0, at most 1. */
  double factor() {
    long passed = writer.nanoTime() - since;
    long window = config.window().toNanos();
    if (passed >= window) {
      return 1;
    }
    double time = Math.max(1_000_000.0, (double) passed) / window;
    double grown = config.aggression() == 1 ? time : Math.pow(time, 1 / config.aggression());
    return Math.min(1, Math.max(grown, Math.max(1e-6, config.minWeightPercent() / 100)));
  }
}
