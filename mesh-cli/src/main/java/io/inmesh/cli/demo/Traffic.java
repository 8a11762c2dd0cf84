package io.inmesh.cli.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** Who calls whom in the shop, as the callers' own metrics say: sums since they started. */
record Traffic(Map<Traffic.Edge, Traffic.Counts> edges, List<String> ejected) {
  private static final String REQUESTS = "istio_requests_total";
  private static final String DURATION = "istio_request_duration_milliseconds_bucket";
  private static final String EJECTED = "envoy_cluster_outlier_detection_ejections_active";
  private static final Set<String> WANTED = Set.of(REQUESTS, DURATION, EJECTED);

  /** A caller, a service, and the version of it. */
  record Edge(String from, String to, String version) implements Comparable<Edge> {
    @Override
    public int compareTo(Edge other) {
      return (from + ' ' + to + ' ' + version)
          .compareTo(other.from + ' ' + other.to + ' ' + other.version);
    }
  }

  /** What went over an edge. Filled by one thread. */
  static final class Counts {
    private double calls;
    private double errors;
    private String identity = "";
    private final NavigableMap<Double, Double> upTo = new TreeMap<>();

    double calls() {
      return calls;
    }

    double errors() {
      return errors;
    }

    String identity() {
      return identity;
    }

    /** What came on top since then. */
    Counts since(Counts before) {
      var more = new Counts();
      more.calls = calls - before.calls;
      more.errors = errors - before.errors;
      more.identity = identity;
      upTo.forEach(
          (limit, count) -> more.upTo.put(limit, count - before.upTo.getOrDefault(limit, 0.0)));
      return more;
    }

    /** Interpolated within its bucket, as {@code histogram_quantile} does; NaN without calls. */
    double millis(double quantile) {
      double all = upTo.isEmpty() ? 0 : upTo.lastEntry().getValue();
      double rank = quantile * all;
      double low = 0;
      double below = 0;
      for (Map.Entry<Double, Double> bucket : upTo.entrySet()) {
        if (all > 0 && bucket.getValue() >= rank) {
          boolean last = bucket.getKey().isInfinite();
          double share = (rank - below) / Math.max(bucket.getValue() - below, 1e-9);
          return last ? low : low + (bucket.getKey() - low) * share;
        }
        low = bucket.getKey();
        below = bucket.getValue();
      }
      return Double.NaN;
    }
  }

  /** Asks every process; one that does not answer is left out. */
  static Traffic of(Shop shop, Metrics metrics) throws InterruptedException {
    var edges = new TreeMap<Edge, Counts>();
    var ejected = new ArrayList<String>();
    for (Shop.Instance instance : shop.instances()) {
      try {
        for (Metrics.Series series : metrics.read(instance.metrics(), WANTED)) {
          if (series.name().equals(EJECTED)) {
            if (series.value() > 0) {
              ejected.add(
                  instance.name()
                      + " keeps away from "
                      + (int) series.value()
                      + " of "
                      + series.label("envoy_cluster_name"));
            }
          } else if (series.label("reporter").equals("source")) {
            add(edges, instance, series);
          }
        }
      } catch (IOException gone) {
        ejected.add(instance.name() + " does not answer");
      }
    }
    return new Traffic(edges, ejected);
  }

  private static void add(Map<Edge, Counts> edges, Shop.Instance from, Metrics.Series series) {
    var edge =
        new Edge(
            from.name(),
            series.label("destination_service_name"),
            series.label("destination_version").replace("unknown", ""));
    Counts counts = edges.computeIfAbsent(edge, any -> new Counts());
    if (series.name().equals(REQUESTS)) {
      counts.calls += series.value();
      counts.errors += isError(series.label("response_code")) ? series.value() : 0;
      counts.identity = series.label("destination_principal");
    } else {
      String limit = series.label("le");
      double upTo = limit.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(limit);
      counts.upTo.merge(upTo, series.value(), Double::sum);
    }
  }

  private static boolean isError(String code) {
    return code.startsWith("5") || code.equals("0") || code.equals("403");
  }
}
