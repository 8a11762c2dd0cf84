package io.inmesh.benchmarks.micro;

import io.inmesh.config.Balancing.HashFunction;
import io.inmesh.config.Balancing.LeastRequest;
import io.inmesh.config.Balancing.Maglev;
import io.inmesh.config.Balancing.Policy;
import io.inmesh.config.Balancing.RingHash;
import io.inmesh.config.Balancing.RoundRobin;
import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.runtime.cluster.ClusterHost;
import io.inmesh.runtime.cluster.HostSet;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One pick among 1,000 endpoints, beside a loop that does no more than the algorithm: no health, no
 * panic, no priorities, no weights.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class PickBenchmark {
  private static final int ENDPOINTS = 1000;
  private static final int MAGLEV = 65_537;
  private static final int RING = 4096;

  private final MicroCluster.Attempt attempt = new MicroCluster.Attempt();
  private final HostSet roundRobin = hosts(new RoundRobin(SlowStart.NONE));
  private final HostSet leastRequest = hosts(new LeastRequest(2, 1, false, SlowStart.NONE));
  private final HostSet maglev = hosts(new Maglev(MAGLEV, false, 0));
  private final HostSet ring = hosts(new RingHash(RING, RING, HashFunction.XX_HASH, false, 0));

  private final Peer[] peers = new Peer[ENDPOINTS];
  private final AtomicInteger turn = new AtomicInteger();
  private final int[] slots = new int[MAGLEV];
  private final long[] points = new long[RING];
  private final int[] owners = new int[RING];

  /** What the reference loops choose among. */
  private static final class Peer {
    private final AtomicInteger inFlight = new AtomicInteger();
  }

  /** Builds the tables. */
  public PickBenchmark() {
    Arrays.setAll(peers, i -> new Peer());
    Arrays.setAll(slots, i -> (int) Long.remainderUnsigned(MicroCluster.Attempt.mix(i), ENDPOINTS));
    Arrays.setAll(points, i -> MicroCluster.Attempt.mix(i * 31L + 7));
    Arrays.sort(points);
    Arrays.setAll(owners, i -> i % ENDPOINTS);
  }

  private static HostSet hosts(Policy policy) {
    return MicroCluster.of(ENDPOINTS, policy).hosts();
  }

  @Benchmark
  public Object roundRobin() {
    return roundRobin.pick(attempt);
  }

  @Benchmark
  public Object roundRobinReference() {
    return peers[(turn.getAndIncrement() & Integer.MAX_VALUE) % peers.length];
  }

  /** With the count of what is in flight, which is what it looks at. */
  @Benchmark
  public Object leastRequest() {
    ClusterHost host = (ClusterHost) leastRequest.pick(attempt);
    host.began();
    host.ended();
    return host;
  }

  /** The power of two choices. */
  @Benchmark
  public Object leastRequestReference() {
    Peer one = peers[(int) Long.remainderUnsigned(attempt.random(), peers.length)];
    Peer other = peers[(int) Long.remainderUnsigned(attempt.random(), peers.length)];
    Peer chosen = one.inFlight.get() <= other.inFlight.get() ? one : other;
    chosen.inFlight.incrementAndGet();
    chosen.inFlight.decrementAndGet();
    return chosen;
  }

  @Benchmark
  public Object maglev() {
    return maglev.pick(attempt);
  }

  @Benchmark
  public Object maglevReference() {
    return peers[slots[(int) Long.remainderUnsigned(attempt.hash(), slots.length)]];
  }

  @Benchmark
  public Object ringHash() {
    return ring.pick(attempt);
  }

  @Benchmark
  public Object ringHashReference() {
    int at = Arrays.binarySearch(points, attempt.hash());
    int next = at < 0 ? -at - 1 : at;
    return peers[owners[next == RING ? 0 : next]];
  }
}
