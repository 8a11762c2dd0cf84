package io.inmesh.runtime.observe.micrometer;

import io.inmesh.runtime.stats.Histogram;
import io.inmesh.runtime.stats.Traffic;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * Istio's histograms in a Prometheus registry, read at each scrape. Micrometer has no meter for a
 * distribution that is counted elsewhere.
 */
final class PrometheusHistograms implements MultiCollector, Distributions {
  private static final List<Double> BOUNDS = bounds();

  private final PrometheusMeterRegistry registry;
  private final List<Series> series = new CopyOnWriteArrayList<>();

  private record Series(Traffic traffic, Labels labels) {}

  private PrometheusHistograms(PrometheusMeterRegistry registry) {
    this.registry = registry;
    registry.getPrometheusRegistry().register(this);
  }

  private static List<Double> bounds() {
    var all = new ArrayList<>(Histogram.BOUNDS);
    all.add(Double.POSITIVE_INFINITY);
    return List.copyOf(all);
  }

  static Distributions of(MeterRegistry registry) {
    return new PrometheusHistograms((PrometheusMeterRegistry) registry);
  }

  @Override
  public void add(Traffic traffic, List<Tag> tags) {
    var naming = registry.config().namingConvention();
    var labels = Labels.builder();
    tags.forEach(tag -> labels.label(naming.tagKey(tag.getKey()), naming.tagValue(tag.getValue())));
    series.add(new Series(traffic, labels.build()));
  }

  @Override
  public MetricSnapshots collect() {
    if (series.isEmpty()) {
      return new MetricSnapshots();
    }
    return MetricSnapshots.of(
        all("istio_request_duration_milliseconds", "From start to end", Traffic::duration),
        all("istio_request_bytes", "Bodies of requests", Traffic::requestBytes),
        all("istio_response_bytes", "Bodies of responses", Traffic::responseBytes));
  }

  private HistogramSnapshot all(String name, String help, Function<Traffic, Histogram> which) {
    var snapshot = HistogramSnapshot.builder().name(name).help(help);
    for (Series one : series) {
      snapshot.dataPoint(point(one.labels(), which.apply(one.traffic())));
    }
    return snapshot.build();
  }

  private static HistogramDataPointSnapshot point(Labels labels, Histogram histogram) {
    var counts = new ArrayList<Number>();
    for (int bucket = 0; bucket < BOUNDS.size(); bucket++) {
      counts.add(histogram.inBucket(bucket));
    }
    return HistogramDataPointSnapshot.builder()
        .classicHistogramBuckets(ClassicHistogramBuckets.of(BOUNDS, counts))
        .sum(histogram.sum())
        .labels(labels)
        .build();
  }

  @Override
  public void close() {
    registry.getPrometheusRegistry().unregister(this);
  }
}
