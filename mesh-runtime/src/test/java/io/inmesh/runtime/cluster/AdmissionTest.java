package io.inmesh.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.CircuitBreakers.RetryBudget;
import io.inmesh.config.CircuitBreakers.Thresholds;
import io.inmesh.transport.ConnectionLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static Thresholds limits(int connections, int pending, int requests, int retries) {
    return new Thresholds(connections, pending, requests, retries, Optional.empty(), false);
  }

  private static void assertAll(int times, BooleanSupplier admits) {
    for (int i = 1; i <= times; i++) {
      assertThat(admits.getAsBoolean()).as("admission %s", i).isTrue();
    }
  }

  @Test
  void eachLimitIsCountedApart() {
    var admission = new Admission(limits(1, 2, 3, 0));

    assertThat(admission.tryConnect()).isTrue();
    assertThat(admission.tryConnect()).isFalse();
    admission.forceConnect();
    assertThat(admission.connections()).isEqualTo(2);
    assertAll(2, admission::tryWait);
    assertThat(admission.tryWait()).isFalse();
    assertAll(3, admission::tryRequest);
    assertThat(admission.tryRequest()).isFalse();
    assertThat(admission.tryRetry()).isFalse();
    assertThat(admission.overflows()).isEqualTo(4);

    admission.requestEnded();
    assertThat(admission.tryRequest()).isTrue();
    admission.waited();
    assertThat(admission.pending()).isEqualTo(1);
    admission.disconnected();
    assertThat(admission.tryConnect()).as("one is still above the limit").isFalse();
  }

  @Test
  void newLimitsHoldAtOnceAndWhatIsUnderWayStaysCounted() {
    var admission = new Admission(limits(1, 1, 2, 3));
    assertAll(2, admission::tryRequest);

    admission.thresholds(limits(1, 1, 1, 3));
    admission.requestEnded();
    assertThat(admission.tryRequest()).as("one is under way, one is allowed").isFalse();
    admission.requestEnded();
    assertThat(admission.tryRequest()).isTrue();
  }

  @Test
  void aRetryBudgetIsAShareOfWhatIsActiveOrPendingButAtLeastItsMinimum() {
    var budget = Optional.of(new RetryBudget(50, 2));
    var admission = new Admission(new Thresholds(9, 99, 99, 0, budget, false));
    assertAll(2, admission::tryRetry);
    assertThat(admission.tryRetry()).isFalse();

    for (int i = 0; i < 4; i++) {
      assertThat(admission.tryRequest()).isTrue();
    }
    admission.tryWait();
    admission.tryWait();
    assertThat(admission.tryRetry()).as("half of six").isTrue();
    assertThat(admission.tryRetry()).isFalse();
    admission.retryEnded();
    assertThat(admission.retries()).isEqualTo(2);
  }

  @Test
  void aLimitIsExactUnderContention() throws Exception {
    var admission = new Admission(limits(9, 9, 7, 9));
    var most = new AtomicInteger();
    var inside = new AtomicInteger();
    var barrier = new CyclicBarrier(4);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      var thread =
          new Thread(
              () -> {
                try {
                  barrier.await();
                } catch (Exception broken) {
                  throw new IllegalStateException(broken);
                }
                var held = new int[1];
                for (int i = 0; i < 20_000; i++) {
                  if (admission.tryRequest()) {
                    held[0]++;
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  }
                  if (held[0] == 3 || (held[0] > 0 && i % 3 == 0)) {
                    held[0]--;
                    inside.decrementAndGet();
                    admission.requestEnded();
                  }
                }
                for (; held[0] > 0; held[0]--) {
                  inside.decrementAndGet();
                  admission.requestEnded();
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(most).hasValueLessThanOrEqualTo(7);
    assertThat(admission.requests()).isZero();
  }

  @Test
  void aHostsOwnLimitComesBesideTheClusters() {
    var admission = new Admission(limits(2, 9, 9, 9));
    ConnectionLimits one = new PerHostLimit(1).over(admission);
    ConnectionLimits other = new PerHostLimit(1).over(admission);
    ConnectionLimits third = new PerHostLimit(1).over(admission);

    assertThat(one.tryConnect()).isTrue();
    assertThat(one.tryConnect()).as("the host's own").isFalse();
    assertThat(admission.connections()).isEqualTo(1);
    assertThat(other.tryConnect()).isTrue();
    assertThat(third.tryConnect()).as("the cluster's").isFalse();
    one.disconnected();
    assertThat(third.tryConnect()).isTrue();
  }
}
