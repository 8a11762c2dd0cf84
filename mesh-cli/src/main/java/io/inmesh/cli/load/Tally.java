package io.inmesh.cli.load;

import io.inmesh.call.Flag;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Counts what ended: statuses, endpoints, clusters, revisions, flags, failures, times. Safe for
 * several threads.
 */
public final class Tally implements Consumer<Sample> {
  private static final long LONGEST_MICROS = 3_600_000_000L;

  private final Map<String, Long> statuses = new TreeMap<>();
  private final Map<String, Long> endpoints = new TreeMap<>();
  private final Map<String, Long> clusters = new TreeMap<>();
  private final Map<String, Long> revisions = new TreeMap<>();
  private final Map<String, Long> flags = new TreeMap<>();
  private final Map<String, Long> versions = new TreeMap<>();
  private final Map<String, Long> failures = new TreeMap<>();
  private final Histogram micros = new Histogram(1, LONGEST_MICROS, 3);
  private long calls;
  private long succeeded;
  private long attempts;

  @Override
  public synchronized void accept(Sample sample) {
    calls++;
    attempts += sample.outcome().attempts();
    succeeded += sample.succeeded() ? 1 : 0;
    count(statuses, sample.response().isEmpty() ? "none" : String.valueOf(sample.status()));
    count(endpoints, sample.outcome().endpoint());
    count(clusters, sample.outcome().cluster());
    count(revisions, sample.outcome().revision());
    count(versions, sample.header("x-version"));
    for (Flag flag : sample.outcome().flags()) {
      count(flags, flag.name());
    }
    if (!sample.succeeded()) {
      String why =
          sample.failure().isEmpty()
              ? sample.status() + " " + sample.outcome().details()
              : sample.failure();
      count(failures, why);
    }
    micros.recordValue(Math.min(Math.max(sample.nanos() / 1000, 1), LONGEST_MICROS));
  }

  private static void count(Map<String, Long> counts, String key) {
    if (!key.isEmpty()) {
      counts.merge(key, 1L, Long::sum);
    }
  }

  /** How many calls have ended. */
  public synchronized long calls() {
    return calls;
  }

  /** How many of them did not succeed. */
  public synchronized long failed() {
    return calls - succeeded;
  }

  /** All attempts of all calls. */
  public synchronized long attempts() {
    return attempts;
  }

  /** By status; {@code none} where there was no response. */
  public synchronized Map<String, Long> statuses() {
    return new TreeMap<>(statuses);
  }

  /** By {@code ip:port} of the last attempt. */
  public synchronized Map<String, Long> endpoints() {
    return new TreeMap<>(endpoints);
  }

  public synchronized Map<String, Long> clusters() {
    return new TreeMap<>(clusters);
  }

  public synchronized Map<String, Long> revisions() {
    return new TreeMap<>(revisions);
  }

  public synchronized Map<String, Long> flags() {
    return new TreeMap<>(flags);
  }

  /** By the response header {@code x-version}. */
  public synchronized Map<String, Long> versions() {
    return new TreeMap<>(versions);
  }

  /** What went wrong, and how often. */
  public synchronized Map<String, Long> failures() {
    return new TreeMap<>(failures);
  }

  /** A percentile of the times, in milliseconds. */
  public synchronized double millis(double percentile) {
    return micros.getValueAtPercentile(percentile) / 1000.0;
  }

  /** Percentiles by name, in milliseconds. */
  public Map<String, Double> latencies() {
    var all = new TreeMap<String, Double>();
    for (double percentile : new double[] {50, 90, 99, 99.9, 100}) {
      String name =
          percentile == 100
              ? "max"
              : "p" + (percentile == 99.9 ? "99.9" : String.valueOf((int) percentile));
      all.put(name, millis(percentile));
    }
    return all;
  }

  /** One line of a map of counts, for people. */
  public static String line(Map<String, Long> counts) {
    Collection<String> words =
        counts.entrySet().stream().map(it -> it.getKey() + "=" + it.getValue()).toList();
    return words.isEmpty() ? "-" : String.join(" ", words);
  }
}
