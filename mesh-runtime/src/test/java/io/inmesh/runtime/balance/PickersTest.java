package io.inmesh.runtime.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.inmesh.balance.Host;
import io.inmesh.balance.Pick;
import io.inmesh.balance.Picker;
import io.inmesh.config.Balancing;
import io.inmesh.config.Balancing.Fallback;
import io.inmesh.config.Balancing.LeastRequest;
import io.inmesh.config.Balancing.Maglev;
import io.inmesh.config.Balancing.RingHash;
import io.inmesh.config.Balancing.RoundRobin;
import io.inmesh.config.Balancing.Selector;
import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.config.Balancing.Subsets;
import io.inmesh.runtime.balance.Hosts.Call;
import io.inmesh.runtime.balance.Hosts.TestHost;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PickersTest {
  private static final RoundRobin ROUND_ROBIN = new RoundRobin(SlowStart.NONE);

  private static LeastRequest leastRequest(int choices, double bias, boolean fullScan) {
    return new LeastRequest(choices, bias, fullScan, SlowStart.NONE);
  }

  @Test
  void equalHostsTakeTurns() {
    List<TestHost> hosts = Hosts.weighted(1, 1, 1, 1);
    Picker picker = Hosts.picker(ROUND_ROBIN, hosts);
    var call = new Call(1);
    Host first = picker.pick(call).host();
    Host second = picker.pick(call).host();
    Host third = picker.pick(call).host();
    assertThat(Set.of(first, second, third)).hasSize(3);
    for (int i = 0; i < 10; i++) {
      assertThat(picker.pick(call).host()).isSameAs(first);
      assertThat(picker.pick(call).host()).isSameAs(second);
      assertThat(picker.pick(call).host()).isSameAs(third);
    }
  }

  @Test
  void unequalWeightsAreExact() {
    List<TestHost> hosts = Hosts.weighted(1, 1, 2, 5);
    assertThat(Hosts.counts(Hosts.picker(ROUND_ROBIN, hosts), 800, hosts))
        .containsExactly(100, 200, 500);
    assertThat(Hosts.counts(Hosts.picker(leastRequest(2, 0, false), hosts), 800, hosts))
        .containsExactly(100, 200, 500);
  }

  @Test
  void turnsAreExactForEachThreadAndTheRotationGoesOnWithTheNextPicker() throws Exception {
    List<TestHost> hosts = Hosts.weighted(1, 1, 1, 1, 1, 1, 1, 1);
    var balancer =
        new ClusterBalancer(Balancing.of(ROUND_ROBIN), new SplittableRandom(7)::nextLong);
    var counts = new AtomicIntegerArray(hosts.size());
    var threads = new Thread[4];
    Picker shared = balancer.picker(Hosts.members(hosts));
    for (int t = 0; t < threads.length; t++) {
      long seed = t;
      threads[t] =
          new Thread(
              () -> {
                var call = new Call(seed);
                for (int i = 0; i < 70_003; i++) {
                  counts.incrementAndGet(hosts.indexOf(shared.pick(call).host()));
                }
              });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (int i = 0; i < hosts.size(); i++) {
      assertThat(counts.get(i)).isCloseTo(40_001, within(threads.length));
    }
    var call = new Call(1);
    int at = hosts.indexOf(balancer.picker(Hosts.members(hosts)).pick(call).host());
    Picker next = balancer.picker(Hosts.members(hosts));
    assertThat(hosts.indexOf(next.pick(call).host())).isEqualTo((at + 1) % 7);
  }

  @Test
  void weightsAreExactForEachThreadToo() throws Exception {
    List<TestHost> hosts = Hosts.weighted(1, 1, 2, 5);
    Picker shared = Hosts.picker(ROUND_ROBIN, hosts);
    var counts = new AtomicIntegerArray(hosts.size());
    var threads = new Thread[4];
    for (int t = 0; t < threads.length; t++) {
      long seed = t;
      threads[t] =
          new Thread(
              () -> {
                var call = new Call(seed);
                for (int i = 0; i < 40_000; i++) {
                  counts.incrementAndGet(hosts.indexOf(shared.pick(call).host()));
                }
              });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    // A schedule that two threads happened to share is exact for both together.
    assertThat(counts.get(0)).isCloseTo(20_000, within(2 * threads.length));
    assertThat(counts.get(1)).isCloseTo(40_000, within(2 * threads.length));
    assertThat(counts.get(2)).isCloseTo(100_000, within(2 * threads.length));
  }

  @Test
  void theLessBusyOfTwoDrawnIsPickedAndTiesGoToTheFirstDrawn() {
    List<TestHost> hosts = Hosts.weighted(1, 1, 1, 1);
    hosts.get(0).inFlight = 2;
    int[] counts = Hosts.counts(Hosts.picker(leastRequest(5, 1, false), hosts), 24_300, hosts);
    assertThat(counts[0]).as("only if drawn five times of five").isCloseTo(100, within(40));
    assertThat(counts[1]).isCloseTo(12_100, within(400));
  }

  @Test
  void aFullScanFindsTheLeastBusy() {
    List<TestHost> hosts = Hosts.weighted(1, 1, 1, 1, 1);
    hosts.get(0).inFlight = 3;
    hosts.get(2).inFlight = 1;
    int[] counts = Hosts.counts(Hosts.picker(leastRequest(2, 1, true), hosts), 2_000, hosts);
    assertThat(counts[0] + counts[2]).isZero();
    assertThat(counts[1]).isCloseTo(1_000, within(120));
  }

  @Test
  void loadCountsAgainstUnequalWeights() {
    List<TestHost> hosts = Hosts.weighted(1, 4, 1);
    assertThat(Hosts.counts(Hosts.picker(leastRequest(2, 1, false), hosts), 800, hosts))
        .containsExactly(640, 160);
    hosts.get(0).inFlight = 3;
    assertThat(Hosts.counts(Hosts.picker(leastRequest(2, 1, false), hosts), 800, hosts))
        .containsExactly(400, 400);
  }

  @Test
  void aHostInSlowStartGetsItsPart() {
    List<TestHost> hosts = Hosts.weighted(1, 1, 1);
    hosts.get(1).slow = true;
    hosts.get(1).factor = 0.25;
    assertThat(Hosts.counts(Hosts.picker(ROUND_ROBIN, hosts), 1_000, hosts))
        .containsExactly(800, 200);
  }

  @Test
  void furtherDrawsAvoidHostsThatWereTried() {
    List<TestHost> hosts = Hosts.weighted(1, 1, 1, 1);
    for (Balancing.Policy policy :
        List.of(
            ROUND_ROBIN,
            new RingHash(1024, 4096, Balancing.HashFunction.XX_HASH, false, 0),
            new Maglev(251, false, 0))) {
      Picker picker = Hosts.picker(policy, hosts);
      var call = new Call(1);
      call.hashed = true;
      call.hash = 4711;
      call.tried = List.of(picker.pick(call).host());
      call.attempts = 40;
      assertThat(picker.pick(call).host()).isNotIn(call.tried);
      call.tried = List.copyOf(hosts);
      assertThat(picker.pick(call).host()).as("rather one that was tried than none").isNotNull();
    }
  }

  @Test
  void noHostsAndNoHealthyHostsAreToldApart() {
    assertThat(Hosts.picker(ROUND_ROBIN, List.of()).pick(new Call(1)))
        .isEqualTo(Pick.None.NO_HOSTS);
    List<TestHost> hosts = Hosts.weighted(1, 1);
    hosts.get(0).standing = Member.Standing.UNHEALTHY;
    var noPanic =
        new Balancing(
            ROUND_ROBIN,
            0,
            false,
            Balancing.LocalityMode.NONE,
            Optional.empty(),
            Duration.ZERO,
            Set.of());
    assertThat(new ClusterBalancer(noPanic, () -> 1).picker(Hosts.members(hosts)).pick(new Call(1)))
        .isEqualTo(Pick.None.NO_HEALTHY_HOST);
  }

  static List<Balancing> balancings() {
    var hashing = new RingHash(1024, 4096, Balancing.HashFunction.XX_HASH, false, 150);
    return List.of(
        Balancing.of(ROUND_ROBIN),
        Balancing.of(leastRequest(2, 1, false)),
        Balancing.of(new Balancing.Random()),
        Balancing.of(hashing),
        Balancing.of(new Maglev(65537, false, 0)),
        new Balancing(
            ROUND_ROBIN,
            50,
            false,
            Balancing.LocalityMode.NONE,
            Optional.of(
                new Subsets(
                    Fallback.NO_FALLBACK,
                    Map.of(),
                    List.of(new Selector(List.of("v"), Fallback.NOT_DEFINED, List.of(), false)),
                    false,
                    false,
                    false,
                    false)),
            Duration.ZERO,
            Set.of()));
  }

  @ParameterizedTest
  @MethodSource("balancings")
  void picksAllocateNothing(Balancing balancing) {
    Map<String, Object> lb = Map.of("v", "1");
    for (int second : new int[] {1, 3}) {
      List<TestHost> hosts =
          List.of(
              Hosts.host(1, 1, "", lb),
              Hosts.host(2, second, "", lb),
              Hosts.host(3, 1, "", Map.of("v", "2")));
      Picker picker =
          new ClusterBalancer(balancing, new SplittableRandom(7)::nextLong)
              .picker(Hosts.members(hosts));
      var call = new Call(3);
      call.match = lb;
      run(picker, call, 200);
      var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      run(picker, call, 10_000);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(allocated).as("bytes for 10,000 picks").isLessThan(1_000);
    }
  }

  private static void run(Picker picker, Call call, int picks) {
    for (int i = 0; i < picks; i++) {
      call.hashed = i % 2 == 0;
      call.hash = i * 0x9e3779b97f4a7c15L;
      if (picker.pick(call).host() == null) {
        throw new AssertionError("no host");
      }
    }
  }
}
