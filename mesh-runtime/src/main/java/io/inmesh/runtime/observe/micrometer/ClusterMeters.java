package io.inmesh.runtime.observe.micrometer;

import io.inmesh.config.Address;
import io.inmesh.runtime.cluster.HostEvents;
import io.inmesh.runtime.observe.MeterExport.Sources;
import io.inmesh.runtime.stats.ClusterBook;
import io.inmesh.runtime.stats.ClusterStats;
import io.inmesh.runtime.stats.ClusterStats.Count;
import io.inmesh.runtime.stats.ClusterStats.Gauges;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/**
 * Counters of clusters by Envoy's names, from a cluster's first call until it goes. Source: Envoy,
 * "Cluster manager statistics".
 */
final class ClusterMeters implements HostEvents {
  private static final String PREFIX = "envoy.cluster.";
  private static final String CLUSTER = "envoy_cluster_name";
  private static final Map<String, ToLongFunction<Gauges>> GAUGES =
      Map.of(
          "upstream.rq.active", Gauges::activeRequests,
          "upstream.rq.pending.active", Gauges::pendingRequests,
          "upstream.cx.active", Gauges::connections,
          "membership.size", Gauges::members,
          "membership.healthy", Gauges::healthyMembers,
          "outlier.detection.ejections.active", Gauges::ejectedMembers);

  private final MeterRegistry registry;
  private final BreakerMeters breakers;
  private final Map<String, List<Meter>> meters = new ConcurrentHashMap<>();

  ClusterMeters(MeterRegistry registry) {
    this.registry = registry;
    this.breakers = new BreakerMeters(registry);
  }

  void open(Sources sources) {
    ClusterBook book = sources.clusters();
    book.listen(cluster -> sources.executor().execute(() -> settle(book, cluster.cluster())));
  }

  /** A cluster has come or gone: what is true now is done. */
  private void settle(ClusterBook book, String name) {
    if (book.find(name).isEmpty()) {
      remove(name);
      breakers.remove(name);
    } else {
      meters.computeIfAbsent(name, absent -> new ArrayList<>(added(book, name)));
      breakers.settle(book, name);
    }
  }

  private void remove(String name) {
    List<Meter> gone = meters.remove(name);
    if (gone != null) {
      gone.forEach(registry::remove);
    }
  }

  private List<Meter> added(ClusterBook book, String name) {
    var all = new ArrayList<Meter>();
    for (Count count : Count.values()) {
      all.add(
          FunctionCounter.builder(name(count), book, from -> sum(from, name, count))
              .tags(tags(name, count))
              .description("Envoy's counter of clusters")
              .register(registry));
    }
    GAUGES.forEach(
        (metric, value) ->
            all.add(
                Gauge.builder(PREFIX + metric, book, from -> gauge(from, name, value))
                    .tag(CLUSTER, name)
                    .description("Envoy's gauge of clusters")
                    .register(registry)));
    return all;
  }

  private static String name(Count count) {
    return PREFIX + (isClass(count) ? "upstream.rq.xx" : IstioLabels.dotted(count));
  }

  private static boolean isClass(Count count) {
    return count.name().endsWith("XX");
  }

  private static Tags tags(String cluster, Count count) {
    Tags tags = Tags.of(CLUSTER, cluster);
    return isClass(count)
        ? tags.and("envoy_response_code_class", count.name().replaceAll("\\D", ""))
        : tags;
  }

  private static double sum(ClusterBook book, String name, Count count) {
    return book.find(name).map(stats -> stats.sum(count)).orElse(0L);
  }

  private static double gauge(ClusterBook book, String name, ToLongFunction<Gauges> value) {
    return book.find(name).map(ClusterStats::gauges).map(value::applyAsLong).orElse(0L);
  }

  @Override
  public void ejected(
      String cluster, Address host, Ejection reason, int ejections, boolean enforced) {
    String what = PREFIX + "outlier.detection.ejections.";
    String why = IstioLabels.dotted(reason);
    count(cluster, what + "detected." + why);
    if (enforced) {
      count(cluster, what + "enforced." + why);
      count(cluster, what + "enforced.total");
    }
  }

  private void count(String cluster, String name) {
    Counter counter =
        Counter.builder(name)
            .tag(CLUSTER, cluster)
            .description("Ejected hosts, as Envoy counts them")
            .register(registry);
    counter.increment();
    meters.computeIfAbsent(cluster, absent -> new ArrayList<>());
  }

  void close() {
    List.copyOf(meters.keySet()).forEach(this::remove);
    breakers.close();
  }
}
