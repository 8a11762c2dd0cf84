package io.inmesh.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exact, whoever asks. */
class PermitsTest {
  /** Runs it on so many threads at once. */
  private static void together(int threads, Runnable work) throws Exception {
    var barrier = new CyclicBarrier(threads);
    var all = new ArrayList<Thread>();
    for (int i = 0; i < threads; i++) {
      var thread =
          new Thread(
              () -> {
                try {
                  barrier.await();
                } catch (Exception impossible) {
                  throw new IllegalStateException(impossible);
                }
                work.run();
              });
      thread.start();
      all.add(thread);
    }
    for (Thread thread : all) {
      thread.join();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 100, 1_000})
  void neverMoreAreOutThanThereAre(int limit) throws Exception {
    var permits = new Permits(limit);
    var out = new AtomicInteger();
    var most = new AtomicInteger();
    together(
        4,
        () -> {
          for (int i = 0; i < 50_000; i++) {
            if (permits.take()) {
              most.accumulateAndGet(out.incrementAndGet(), Math::max);
              out.decrementAndGet();
              permits.give();
            }
          }
        });
    assertThat(most.get()).isBetween(1, limit);
    assertThat(permits.out()).isZero();
  }

  /** What others have at hand is taken from them before anything is refused. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, 1_000})
  void allOfThemCanBeHad(int limit) throws Exception {
    var permits = new Permits(limit);
    together(
        4,
        () -> {
          for (int i = 0; i < 20_000; i++) {
            if (permits.take()) {
              permits.give();
            }
          }
        });
    for (int i = 0; i < limit; i++) {
      assertThat(permits.take()).isTrue();
    }
    assertThat(permits.take()).isFalse();
    assertThat(permits.out()).isEqualTo(limit);
    permits.give();
    assertThat(permits.take()).isTrue();
  }

  @Test
  void exactlyAsManyAsThereAreGoToManyThreads() throws Exception {
    var permits = new Permits(100);
    var granted = new AtomicInteger();
    together(
        4,
        () -> {
          for (int i = 0; i < 1_000; i++) {
            granted.addAndGet(permits.take() ? 1 : 0);
          }
        });
    assertThat(granted).hasValue(100);
    assertThat(permits.out()).isEqualTo(100);
  }

  @Test
  void anotherLimitHoldsAtOnce() throws Exception {
    var permits = new Permits(100);
    together(
        2,
        () -> {
          for (int i = 0; i < 20_000; i++) {
            if (permits.take()) {
              permits.give();
            }
          }
        });
    for (int i = 0; i < 50; i++) {
      assertThat(permits.take()).isTrue();
    }
    permits.limit(10);
    assertThat(permits.take()).isFalse();
    assertThat(permits.out()).isEqualTo(50);
    for (int i = 0; i < 41; i++) {
      permits.give();
    }
    assertThat(permits.take()).isTrue();
    assertThat(permits.take()).isFalse();
    permits.limit(12);
    assertThat(permits.take()).isTrue();
    assertThat(permits.take()).isTrue();
    assertThat(permits.take()).isFalse();
  }
}
