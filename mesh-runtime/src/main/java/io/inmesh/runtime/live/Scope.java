package io.inmesh.runtime.live;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The live parts that one assembled thing uses. Open the next scope, then close the last: what both
 * use is kept. Owner: the config thread.
 */
public final class Scope implements AutoCloseable {
  private final LiveParts parts;
  private final List<LiveParts.Key> used = new ArrayList<>();

  /** An empty scope. */
  public Scope(LiveParts parts) {
    this.parts = parts;
  }

  /**
   * The part of this owner and value, made if there is none; {@code drain} runs when nobody uses it
   * any more.
   */
  public <T> T keep(
      String owner,
      Object value,
      Class<T> type,
      Supplier<? extends T> make,
      Consumer<? super T> drain) {
    var key = new LiveParts.Key(owner, value);
    T part = parts.acquire(key, type, make, drain);
    used.add(key);
    return part;
  }

  /** An empty scope over the same parts. */
  public Scope next() {
    return new Scope(parts);
  }

  /** Gives the parts back. Idempotent. */
  @Override
  public void close() {
    used.forEach(parts::release);
    used.clear();
  }
}
