package io.inmesh.xds.codec;

import static net.jqwik.api.Combinators.combine;

import io.inmesh.config.CircuitBreaker;
import io.inmesh.config.Failures;
import io.inmesh.config.Fallback;
import io.inmesh.config.Resilience;
import java.time.Duration;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** What goes beyond Envoy. */
final class ResilienceArbitraries {
  private static final Map<String, String> NO_HEADERS = Map.of();

  private ResilienceArbitraries() {}

  static Arbitrary<Resilience> resilience() {
    return combine(breaker().optional(), fallback().optional()).as(Resilience::new);
  }

  private static Arbitrary<CircuitBreaker> breaker() {
    Arbitrary<Double> rate = Arbitraries.of(0.5, 20.0, 50.0, 100.0);
    Arbitrary<Integer> count = Arbitraries.integers().between(1, 1000);
    return combine(rate, rate, duration(), count, count, duration(), count, failures())
        .as(CircuitBreaker::new);
  }

  private static Arbitrary<Duration> duration() {
    return Arbitraries.longs().between(1_000_000, 90_000_000_000L).map(Duration::ofNanos);
  }

  private static Arbitrary<Failures> failures() {
    return combine(
            Arbitraries.of(Failures.Kind.class).set(),
            Arbitraries.integers().between(100, 599).set().ofMaxSize(3))
        .as(Failures::new);
  }

  static Arbitrary<Fallback> fallback() {
    Arbitrary<Fallback.Target> cluster =
        Arbitraries.of("a", "outbound|80||b").map(Fallback.ToCluster::new);
    Arbitrary<Fallback.Target> answer =
        combine(
                Arbitraries.integers().between(200, 599),
                Arbitraries.of(NO_HEADERS, Map.of("x-a", "1", "content-type", "text/plain")),
                Arbitraries.of("", "later"))
            .as(Fallback.Answer::new);
    return combine(failures(), Arbitraries.oneOf(cluster, answer)).as(Fallback::new);
  }
}
