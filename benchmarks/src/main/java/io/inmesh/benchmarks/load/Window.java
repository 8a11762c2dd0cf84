package io.inmesh.benchmarks.load;

import java.util.Map;

/**
 * What one stretch of load showed. Times are microseconds, sizes bytes unless the name says
 * otherwise; {@code Us}, {@code B} are per exchange.
 *
 * @param label of the client; set by who asked for the window
 * @param concurrency exchanges under way at any time
 * @param exchanges that ended within the window
 * @param errors of them, answers that were not the expected ones
 * @param perSecond exchanges
 * @param cpuUs CPU time of the client's process
 * @param otherCpuUs CPU time of other processes by their role
 * @param allocatedB by all threads of the client's process
 * @param collections of garbage, and {@code collectionMillis} spent on them
 * @param otherRssKb of other processes by their role
 * @param busyCores processors that did anything, of the whole machine, {@code stealCores} those
 *     that the hypervisor took away, {@code niceCores} those that worked at low priority
 */
public record Window(
    String label,
    int concurrency,
    double seconds,
    long exchanges,
    long errors,
    double perSecond,
    double p50,
    double p90,
    double p99,
    double p999,
    double max,
    double cpuUs,
    Map<String, Double> otherCpuUs,
    double allocatedB,
    long collections,
    long collectionMillis,
    long rssKb,
    Map<String, Long> otherRssKb,
    double busyCores,
    double stealCores,
    double niceCores) {
  public Window {
    otherCpuUs = Map.copyOf(otherCpuUs);
    otherRssKb = Map.copyOf(otherRssKb);
  }

  /** CPU time of client and proxies. */
  public double totalCpuUs() {
    return cpuUs + otherCpuUs.getOrDefault("proxy", 0.0);
  }
}
