package io.inmesh.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.benchmarks.client.Client;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClosedLoopTest {
  @Test
  void blockingCallsAreCountedWithTheirFailures() throws InterruptedException {
    var calls = new AtomicLong();
    Client.Blocking client = () -> calls.incrementAndGet() % 2 == 0;
    Window window = new ClosedLoop(client, Map.of()).window(3, 0, 0.05);
    assertThat(window.exchanges()).isBetween(1L, calls.get());
    assertThat(window.errors()).isBetween(1L, window.exchanges());
    assertThat(window.cpuUs()).isPositive();
    assertThat(window.p50()).isLessThanOrEqualTo(window.p99());
  }

  /** A million of them would overflow the stack if each began within the end of the last. */
  @Test
  void exchangesThatEndAtOnceDoNotNest() throws InterruptedException {
    var calls = new AtomicLong();
    var deepest = new AtomicLong();
    Client.Asynchronous client =
        done -> {
          if (calls.incrementAndGet() % 1000 == 0) {
            deepest.accumulateAndGet(StackWalker.getInstance().walk(it -> it.count()), Math::max);
          }
          if (calls.get() < 100_000) {
            done.done(true);
          } else {
            new Thread(() -> done.done(true)).start();
          }
        };
    Window window = new ClosedLoop(client, Map.of()).window(1, 0, 0.05);
    assertThat(window.errors()).isZero();
    assertThat(deepest.get()).isLessThan(100);
  }
}
