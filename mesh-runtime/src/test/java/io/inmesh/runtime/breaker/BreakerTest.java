package io.inmesh.runtime.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.inmesh.config.CircuitBreaker;
import io.inmesh.config.Failures;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class BreakerTest {
  private final AtomicLong nanos = new AtomicLong(1);

  private static CircuitBreaker config(double rate, int window, int minimum, int probes) {
    return new CircuitBreaker(
        rate,
        100,
        Duration.ofMillis(100),
        window,
        minimum,
        Duration.ofSeconds(10),
        probes,
        Failures.OF_A_SERVICE);
  }

  private Breaker breaker(CircuitBreaker config) {
    return new Breaker("orders", config, nanos::get);
  }

  private void pass(long millis) {
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private static void end(Breaker breaker, boolean failed) {
    int permit = breaker.admit();
    assertThat(permit).isNotEqualTo(Breaker.REFUSED);
    breaker.ended(permit, failed, 1);
  }

  private static void end(Breaker breaker, int good, int failed) {
    for (int i = 0; i < good; i++) {
      end(breaker, false);
    }
    for (int i = 0; i < failed; i++) {
      end(breaker, true);
    }
  }

  private static String state(Breaker breaker) {
    return breaker.describe().state();
  }

  @Test
  void opensRefusesProbesAndCloses() {
    Breaker breaker = breaker(config(50, 10, 4, 2));
    end(breaker, 2, 1);
    assertThat(state(breaker)).isEqualTo("CLOSED");
    end(breaker, true);
    assertThat(state(breaker)).isEqualTo("OPEN");
    assertThat(breaker.admit()).isEqualTo(Breaker.REFUSED);
    pass(10_000);
    assertThat(breaker.admit()).isEqualTo(Breaker.REFUSED);
    pass(1);
    int first = breaker.admit();
    int second = breaker.admit();
    assertThat(breaker.admit()).as("only two probes").isEqualTo(Breaker.REFUSED);
    assertThat(state(breaker)).isEqualTo("HALF_OPEN");
    breaker.ended(first, false, 1);
    assertThat(state(breaker)).isEqualTo("HALF_OPEN");
    breaker.ended(second, false, 1);
    assertThat(state(breaker)).isEqualTo("CLOSED");
    assertThat(breaker.describe().calls()).as("a new window").isZero();
    assertThat(breaker.describe().openings()).isEqualTo(1);
    assertThat(breaker.describe().refused()).isEqualTo(3);
  }

  @Test
  void aProbeThatTellsNothingMakesPlaceForAnother() {
    Breaker breaker = breaker(config(50, 10, 1, 1));
    end(breaker, true);
    pass(10_001);
    int probe = breaker.admit();
    assertThat(breaker.admit()).isEqualTo(Breaker.REFUSED);
    breaker.released(probe);
    int next = breaker.admit();
    assertThat(next).isNotEqualTo(Breaker.REFUSED);
    breaker.ended(next, true, 1);
    assertThat(state(breaker)).isEqualTo("OPEN");
    assertThat(breaker.describe().openings()).isEqualTo(2);
  }

  @Test
  void outcomesOfAnEarlierStateDoNotCount() {
    Breaker breaker = breaker(config(50, 10, 1, 1));
    int early = breaker.admit();
    int other = breaker.admit();
    end(breaker, true);
    pass(10_001);
    int probe = breaker.admit();
    breaker.ended(early, false, 1);
    assertThat(state(breaker)).isEqualTo("HALF_OPEN");
    breaker.ended(probe, false, 1);
    assertThat(state(breaker)).isEqualTo("CLOSED");
    breaker.ended(other, true, 1);
    assertThat(state(breaker)).isEqualTo("CLOSED");
    breaker.ended(probe, true, 1);
    assertThat(state(breaker)).as("a probe of before").isEqualTo("CLOSED");
  }

  @Test
  void slowCallsOpenIt() {
    Breaker breaker = breaker(config(50, 10, 2, 1));
    for (int i = 0; i < 2; i++) {
      breaker.ended(breaker.admit(), false, TimeUnit.MILLISECONDS.toNanos(101));
    }
    assertThat(state(breaker)).isEqualTo("OPEN");
  }

  @Test
  void otherLimitsJudgeTheOutcomesThatAreKnown() {
    Breaker breaker = breaker(config(50, 10, 4, 1));
    end(breaker, 6, 3);
    breaker.update(config(50, 10, 4, 1));
    assertThat(breaker.describe().calls()).isEqualTo(9);
    breaker.update(config(60, 10, 4, 2));
    assertThat(breaker.describe().calls()).as("kept").isEqualTo(9);
    assertThat(state(breaker)).isEqualTo("CLOSED");
    breaker.update(config(30, 10, 4, 2));
    assertThat(state(breaker)).as("a lower threshold opens").isEqualTo("OPEN");
    pass(4_000);
    breaker.update(config(31, 10, 4, 2));
    assertThat(breaker.describe().inState()).hasMillis(4_000);
    pass(6_001);
    assertThat(breaker.admit()).as("the time it was open counts").isNotEqualTo(Breaker.REFUSED);
    breaker.update(config(90, 10, 4, 2));
    assertThat(state(breaker)).as("a higher threshold closes").isEqualTo("CLOSED");
  }

  @Test
  void anotherWindowIsFilledFromTheLastOutcomes() {
    Breaker breaker = breaker(config(100, 10, 1, 1));
    end(breaker, 1, 0);
    end(breaker, 0, 9);
    breaker.update(config(100, 20, 11, 1));
    assertThat(breaker.describe()).extracting("calls", "failed").containsExactly(10, 9);
    breaker.update(config(90, 3, 1, 1));
    assertThat(breaker.describe()).extracting("calls", "failed").containsExactly(3, 3);
    assertThat(state(breaker)).isEqualTo("OPEN");
  }

  /** A step: time that passes, then an outcome. */
  record Step(int millis, boolean failed, boolean slow) {}

  @Property(tries = 400)
  void doesWhatResilience4jDoes(
      @ForAll("configs") CircuitBreaker config, @ForAll("steps") List<Step> steps) {
    nanos.set(1);
    Breaker ours = breaker(config);
    var theirs = plain(config);
    for (Step step : steps) {
      pass(step.millis());
      int permit = ours.admit();
      boolean permitted = theirs.tryAcquirePermission();
      assertThat(permit != Breaker.REFUSED).isEqualTo(permitted);
      long took = step.slow() ? config.slowCall().toNanos() + 1 : 1;
      if (permitted) {
        ours.ended(permit, step.failed(), took);
        if (step.failed()) {
          theirs.onError(took, TimeUnit.NANOSECONDS, new IllegalStateException());
        } else {
          theirs.onSuccess(took, TimeUnit.NANOSECONDS);
        }
      }
      assertThat(state(ours)).isEqualTo(theirs.getState().name());
      if (state(ours).equals("CLOSED")) {
        assertThat(ours.describe().calls())
            .isEqualTo(theirs.getMetrics().getNumberOfBufferedCalls());
        assertThat(ours.describe().failed())
            .isEqualTo(theirs.getMetrics().getNumberOfFailedCalls());
        assertThat(ours.describe().slow()).isEqualTo(theirs.getMetrics().getNumberOfSlowCalls());
      }
    }
  }

  private io.github.resilience4j.circuitbreaker.CircuitBreaker plain(CircuitBreaker config) {
    return io.github.resilience4j.circuitbreaker.CircuitBreaker.of(
        "plain",
        CircuitBreakerConfig.custom()
            .failureRateThreshold((float) config.failureRate())
            .slowCallRateThreshold((float) config.slowCallRate())
            .slowCallDurationThreshold(config.slowCall())
            .slidingWindowSize(config.window())
            .minimumNumberOfCalls(config.minimumCalls())
            .waitDurationInOpenState(config.openFor())
            .permittedNumberOfCallsInHalfOpenState(config.probes())
            .clock(new BreakerClock(nanos::get))
            .build());
  }

  @Provide
  Arbitrary<CircuitBreaker> configs() {
    return Combinators.combine(
            Arbitraries.of(10.0, 50.0, 75.0, 100.0),
            Arbitraries.integers().between(1, 12),
            Arbitraries.integers().between(1, 12),
            Arbitraries.integers().between(1, 5))
        .as(BreakerTest::config);
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of(0, 1, 50, 9_000, 20_000),
            Arbitraries.of(true, false),
            Arbitraries.of(true, false, false))
        .as(Step::new)
        .list()
        .ofMinSize(20)
        .ofMaxSize(60);
  }

  @Test
  void closedItTakesNoMemory() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Breaker breaker = breaker(config(50, 100, 100, 10));
    long before = 0;
    for (int round = 0; round < 3; round++) {
      before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 20_000; i++) {
        breaker.ended(breaker.admit(), i % 3 == 0, 1);
      }
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000);
  }

  @Test
  void countsAreExactWhateverHappensAtOnce() throws Exception {
    Breaker breaker = breaker(config(100, 64, 64, 1));
    var start = new CyclicBarrier(4);
    var threads = new ArrayList<Thread>();
    for (int t = 0; t < 4; t++) {
      boolean fails = t % 2 == 0;
      var thread =
          new Thread(
              () -> {
                try {
                  start.await(10, TimeUnit.SECONDS);
                } catch (Exception broken) {
                  throw new IllegalStateException(broken);
                }
                for (int i = 0; i < 50_000; i++) {
                  breaker.ended(breaker.admit(), fails && i % 2 == 0, 1);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join(20_000);
    }
    assertThat(breaker.describe().calls()).isEqualTo(64);
    assertThat(breaker.describe().failed()).isBetween(0, 64);
    for (int i = 0; i < 64; i++) {
      breaker.ended(breaker.admit(), false, 1);
    }
    assertThat(breaker.describe().failed()).as("nothing is left over").isZero();
  }
}
