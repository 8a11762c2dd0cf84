package io.inmesh.benchmarks.load;

import com.sun.management.ThreadMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The meters at one moment: of this process, of the others that matter, of the machine. */
record Reading(
    long nanos,
    Map<String, Long> own,
    Map<String, Map<String, Long>> others,
    long allocated,
    long collections,
    long collectionMillis,
    Processes.Machine machine) {

  /**
   * Reads all meters.
   *
   * @param pids of other processes, by role
   */
  static Reading now(Map<String, List<Long>> pids) {
    long collections = 0;
    long millis = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      collections += collector.getCollectionCount();
      millis += collector.getCollectionTime();
    }
    return new Reading(
        System.nanoTime(),
        Processes.cpuByThread(ProcessHandle.current().pid()),
        others(pids),
        allThreadsAllocated(),
        collections,
        millis,
        Processes.Machine.now());
  }

  private static Map<String, Map<String, Long>> others(Map<String, List<Long>> pids) {
    var all = new HashMap<String, Map<String, Long>>();
    pids.forEach(
        (role, processes) -> {
          var threads = new HashMap<String, Long>();
          processes.forEach(pid -> threads.putAll(Processes.cpuByThread(pid)));
          all.put(role, threads);
        });
    return all;
  }

  private static long allThreadsAllocated() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
        .filter(bytes -> bytes > 0)
        .sum();
  }

  double secondsSince(Reading before) {
    return (nanos - before.nanos) / 1e9;
  }

  /** CPU microseconds of this process. */
  double cpuSince(Reading before) {
    return Processes.cpuBetween(before.own, own) / 1e3;
  }

  /** CPU microseconds of others, by role. */
  Map<String, Double> otherCpuSince(Reading before) {
    var all = new HashMap<String, Double>();
    others.forEach(
        (role, threads) ->
            all.put(
                role,
                Processes.cpuBetween(before.others.getOrDefault(role, Map.of()), threads) / 1e3));
    return all;
  }
}
