package io.inmesh.benchmarks.micro;

import io.inmesh.config.Action.Priority;
import io.inmesh.config.Balancing.RoundRobin;
import io.inmesh.config.Balancing.SlowStart;
import io.inmesh.runtime.cluster.Admission;
import io.inmesh.runtime.cluster.ClusterHost;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.cluster.LocalOrigin;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * All that a call counts against limits and for outlier detection, from the picked host to its end:
 * in flight, admission, connected, answered. With one thread and with two on the same cluster, each
 * calling the hosts in turn.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class AccountingBenchmark {
  private static final int HOSTS = 4;
  private static final int OK = 200;

  private final ClusterRuntime cluster = MicroCluster.of(HOSTS, new RoundRobin(SlowStart.NONE));
  private final List<ClusterHost> hosts = cluster.hosts().hosts();

  /** Where a thread is in its turn. */
  @State(Scope.Thread)
  public static class Turn {
    private int next;
  }

  @Benchmark
  @Threads(1)
  public boolean oneThread(Turn turn) {
    return call(turn);
  }

  @Benchmark
  @Threads(2)
  public boolean twoThreads(Turn turn) {
    return call(turn);
  }

  private boolean call(Turn turn) {
    ClusterHost host = hosts.get(turn.next++ & HOSTS - 1);
    Admission admission = host.admission(Priority.DEFAULT);
    host.began();
    boolean admitted = admission.tryRequest();
    host.report(LocalOrigin.CONNECTED);
    host.report(OK);
    admission.requestEnded();
    host.ended();
    return admitted;
  }
}
