package io.inmesh.runtime.stats;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The traffic of a process. Bounded, so that no peer can fill the memory with new labels. */
public final class TrafficBook {
  private final int most;
  private final AtomicInteger size = new AtomicInteger();
  private final Map<Relation, TrafficTable> tables = new ConcurrentHashMap<>();
  private final List<Consumer<Traffic>> listeners = new CopyOnWriteArrayList<>();
  private final Traffic others;

  /**
   * An empty book.
   *
   * @param most how many sets of labels; what comes later is counted together, as unknown
   */
  public TrafficBook(int most) {
    this.most = most;
    this.others =
        new Traffic(
            new Relation(
                Relation.Reporter.SOURCE,
                Party.UNKNOWN,
                Party.UNKNOWN,
                Relation.Service.UNKNOWN,
                Party.UNKNOWN_NAME),
            new Kind(0, 0, Kind.NOT_GRPC));
  }

  /** How many sets of labels there may be. */
  public int most() {
    return most;
  }

  /** The table of a relation, the same for equal ones. To be asked once and kept. */
  public TrafficTable table(Relation relation) {
    TrafficTable known = tables.get(relation);
    if (known != null) {
      return known;
    }
    if (tables.size() >= most) {
      return new TrafficTable(relation, this);
    }
    return tables.computeIfAbsent(relation, key -> new TrafficTable(key, this));
  }

  /** Hears of all new sets of labels, on the loop that met them first. It must not block. */
  public void listen(Consumer<Traffic> listener) {
    listeners.add(listener);
  }

  /** What did not fit. */
  public Traffic others() {
    return others;
  }

  boolean admits(Traffic traffic) {
    if (size.incrementAndGet() > most) {
      size.decrementAndGet();
      return false;
    }
    listeners.forEach(listener -> listener.accept(traffic));
    return true;
  }
}
