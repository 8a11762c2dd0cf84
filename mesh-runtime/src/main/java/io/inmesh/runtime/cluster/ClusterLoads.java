package io.inmesh.runtime.cluster;

import io.inmesh.config.Locality;
import io.inmesh.plane.ClusterLoad;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the calls of one cluster come to, between two load reports. Counted by all loops. */
final class ClusterLoads {
  private final String cluster;
  private final Map<Place, Counts> places = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> drops = new ConcurrentHashMap<>();
  private volatile String service = "";
  private volatile boolean gone;

  private record Place(Locality locality, int priority) {}

  /** Of one locality and priority. */
  static final class Counts {
    private final LongAdder issued = new LongAdder();
    private final LongAdder successful = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder inProgress = new LongAdder();

    void began() {
      issued.increment();
      inProgress.increment();
    }

    void ended() {
      inProgress.decrement();
    }

    void answered(int status) {
      (status < 500 ? successful : failed).increment();
    }

    void failed() {
      failed.increment();
    }
  }

  ClusterLoads(String cluster) {
    this.cluster = cluster;
  }

  String cluster() {
    return cluster;
  }

  void isOf(String value) {
    service = value;
    gone = false;
  }

  void gone() {
    gone = true;
  }

  Counts of(Locality locality, int priority) {
    return places.computeIfAbsent(new Place(locality, priority), place -> new Counts());
  }

  void dropped(String category) {
    drops.computeIfAbsent(category, name -> new LongAdder()).increment();
  }

  /** Whether it can be forgotten: all was taken, nothing is under way. */
  boolean isOver() {
    return gone
        && places.values().stream()
            .allMatch(counts -> counts.inProgress.sum() + counts.issued.sum() == 0)
        && drops.values().stream().allMatch(count -> count.sum() == 0);
  }

  /** What was counted since the last time; null if nothing. */
  @Nullable ClusterLoad take() {
    var localities = new ArrayList<ClusterLoad.LocalityLoad>();
    places.forEach(
        (place, counts) -> {
          var load =
              new ClusterLoad.LocalityLoad(
                  place.locality(),
                  place.priority(),
                  counts.issued.sumThenReset(),
                  counts.successful.sumThenReset(),
                  counts.failed.sumThenReset(),
                  Math.max(0, counts.inProgress.sum()));
          if (load.issued() + load.successful() + load.failed() + load.inProgress() > 0) {
            localities.add(load);
          }
        });
    var dropped = new HashMap<String, Long>();
    drops.forEach(
        (category, count) -> {
          long now = count.sumThenReset();
          if (now > 0) {
            dropped.put(category, now);
          }
        });
    return localities.isEmpty() && dropped.isEmpty()
        ? null
        : new ClusterLoad(cluster, service, localities, dropped);
  }
}
