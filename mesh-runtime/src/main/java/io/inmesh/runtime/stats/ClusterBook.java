package io.inmesh.runtime.stats;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The clusters that calls were made to, by name. One that goes and comes back is met anew. Safe for
 * use by many threads.
 */
public final class ClusterBook {
  private final Map<String, ClusterStats> clusters = new ConcurrentHashMap<>();
  private final List<Consumer<ClusterStats>> listeners = new CopyOnWriteArrayList<>();

  void enter(ClusterStats stats) {
    if (clusters.put(stats.cluster(), stats) != stats) {
      listeners.forEach(listener -> listener.accept(stats));
    }
  }

  /** Something of a cluster that was used has come or gone. */
  void changed(ClusterStats stats) {
    listeners.forEach(listener -> listener.accept(stats));
  }

  /** Takes a cluster out that is gone. */
  public void leave(ClusterStats stats) {
    if (clusters.remove(stats.cluster(), stats)) {
      listeners.forEach(listener -> listener.accept(stats));
    }
  }

  /** The cluster of now that has this name and was used. */
  public Optional<ClusterStats> find(String name) {
    return Optional.ofNullable(clusters.get(name));
  }

  /** All that were used and are not gone. */
  public List<ClusterStats> all() {
    return List.copyOf(clusters.values());
  }

  /** Hears of each cluster that comes or goes, on any thread. It must not block. */
  public void listen(Consumer<ClusterStats> listener) {
    listeners.add(listener);
  }
}
