package io.inmesh.benchmarks.client;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One after another: what a program without a load balancer would do. Safe for many threads. */
final class Rotation<T> {
  private final List<T> items;
  private final AtomicInteger next = new AtomicInteger();

  Rotation(List<T> items) {
    this.items = List.copyOf(items);
  }

  T next() {
    return items.get((next.getAndIncrement() & Integer.MAX_VALUE) % items.size());
  }
}
