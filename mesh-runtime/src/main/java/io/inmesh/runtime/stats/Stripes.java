package io.inmesh.runtime.stats;

import io.inmesh.loop.EventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gives each loop of a process a number: its row in all {@link Cells}. Safe for use by many
 * threads.
 */
public final class Stripes {
  private final Map<EventLoop, Integer> numbers = new ConcurrentHashMap<>();

  /** The loop's number, from 0, the same at each call. To be asked once and kept. */
  public int of(EventLoop loop) {
    Integer known = numbers.get(loop);
    if (known != null) {
      return known;
    }
    synchronized (numbers) {
      return numbers.computeIfAbsent(loop, added -> numbers.size());
    }
  }
}
