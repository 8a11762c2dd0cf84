package io.inmesh.runtime.observe.micrometer;

import io.inmesh.explain.CircuitBreakerState;
import io.inmesh.runtime.breaker.Breaker;
import io.inmesh.runtime.stats.ClusterBook;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/**
 * Circuit breakers by the names that Resilience4j gives them in Micrometer, {@code name} being the
 * cluster, so that its dashboards read them.
 */
final class BreakerMeters {
  private static final String PREFIX = "resilience4j.circuitbreaker.";

  private final MeterRegistry registry;
  private final Map<String, List<Meter>> meters = new ConcurrentHashMap<>();

  BreakerMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** The cluster has come, or has got or lost its breaker: what is true now is done. */
  void settle(ClusterBook book, String name) {
    if (breaker(book, name).isEmpty()) {
      remove(name);
    } else {
      meters.computeIfAbsent(name, absent -> added(book, name));
    }
  }

  void remove(String name) {
    List<Meter> gone = meters.remove(name);
    if (gone != null) {
      gone.forEach(registry::remove);
    }
  }

  private static Optional<Breaker> breaker(ClusterBook book, String name) {
    return book.find(name).flatMap(stats -> Optional.ofNullable(stats.breaker()));
  }

  private List<Meter> added(ClusterBook book, String name) {
    var all = new ArrayList<Meter>();
    for (String state : List.of("closed", "open", "half_open")) {
      all.add(
          number(
              book,
              name,
              "state",
              "state",
              state,
              it -> it.state().equalsIgnoreCase(state) ? 1 : 0));
    }
    all.add(number(book, name, "buffered.calls", "kind", "failed", CircuitBreakerState::failed));
    all.add(
        number(book, name, "buffered.calls", "kind", "successful", it -> it.calls() - it.failed()));
    all.add(number(book, name, "slow.calls", "kind", "all", CircuitBreakerState::slow));
    all.add(number(book, name, "failure.rate", "", "", it -> rate(it.failed(), it.calls())));
    all.add(number(book, name, "slow.call.rate", "", "", it -> rate(it.slow(), it.calls())));
    all.add(
        FunctionCounter.builder(
                PREFIX + "not.permitted.calls",
                book,
                from -> value(from, name, CircuitBreakerState::refused))
            .tags("name", name, "kind", "not_permitted")
            .description("Attempts that the circuit breaker refused")
            .register(registry));
    return all;
  }

  private static double rate(int some, int all) {
    return all == 0 ? 0 : 100.0 * some / all;
  }

  private Gauge number(
      ClusterBook book,
      String name,
      String metric,
      String tag,
      String value,
      ToDoubleFunction<CircuitBreakerState> read) {
    Gauge.Builder<ClusterBook> gauge =
        Gauge.builder(PREFIX + metric, book, from -> value(from, name, read)).tag("name", name);
    return (tag.isEmpty() ? gauge : gauge.tag(tag, value))
        .description("Resilience4j's gauge of circuit breakers")
        .register(registry);
  }

  private static double value(
      ClusterBook book, String name, ToDoubleFunction<CircuitBreakerState> read) {
    return breaker(book, name).map(it -> read.applyAsDouble(it.describe())).orElse(Double.NaN);
  }

  void close() {
    List.copyOf(meters.keySet()).forEach(this::remove);
  }
}
