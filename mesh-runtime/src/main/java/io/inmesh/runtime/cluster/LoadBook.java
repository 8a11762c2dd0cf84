package io.inmesh.runtime.cluster;

import io.inmesh.config.Cluster;
import io.inmesh.plane.ClusterLoad;
import io.inmesh.plane.LoadSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the calls of all clusters come to, for load reports. Clusters that are gone stay until they
 * were reported. {@link #of} is for any thread.
 */
public final class LoadBook implements LoadSource {
  private final Map<String, ClusterLoads> clusters = new ConcurrentHashMap<>();
  private volatile boolean counting;

  /** Counts nothing before {@link #start}. */
  public LoadBook() {}

  @Override
  public void start() {
    counting = true;
  }

  /** Where the calls of a cluster are counted; null if they are not. */
  @Nullable ClusterLoads of(Cluster cluster) {
    if (!counting) {
      return null;
    }
    String service =
        cluster.discovery() instanceof Cluster.Eds eds && !eds.serviceName().equals(cluster.name())
            ? eds.serviceName()
            : "";
    return clusters.compute(
        cluster.name(),
        (name, known) -> {
          ClusterLoads loads = known == null ? new ClusterLoads(name) : known;
          loads.isOf(service);
          return loads;
        });
  }

  /** A cluster is gone. */
  void gone(String cluster) {
    ClusterLoads loads = clusters.get(cluster);
    if (loads != null) {
      loads.gone();
    }
  }

  @Override
  public List<ClusterLoad> take(Predicate<String> wanted) {
    var taken = new ArrayList<ClusterLoad>();
    for (ClusterLoads loads : clusters.values()) {
      if (wanted.test(loads.cluster())) {
        ClusterLoad load = loads.take();
        if (load != null) {
          taken.add(load);
        }
      }
    }
    clusters.values().removeIf(ClusterLoads::isOver);
    return taken;
  }
}
