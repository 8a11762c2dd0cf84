package io.inmesh.benchmarks.load;

import io.inmesh.benchmarks.client.Client;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** So many exchanges at any time, for so long; what that cost. */
final class ClosedLoop {
  private static final long LONGEST_NANOS = 60_000_000_000L;
  private static final long PATIENCE_SECONDS = 20;
  private static final double MICROS = 1e3;

  private final Client client;
  private final Map<String, List<Long>> pids;

  /**
   * Load on a client.
   *
   * @param pids processes that are metered beside this one, by role
   */
  ClosedLoop(Client client, Map<String, List<Long>> pids) {
    this.client = client;
    this.pids = pids;
  }

  /**
   * Warms, measures, and waits for the exchanges that are still under way. Those that do not end in
   * time count as errors.
   */
  Window window(int concurrency, double warmSeconds, double seconds) throws InterruptedException {
    var phase = new Slot.Phase();
    var stopped = new CountDownLatch(concurrency);
    List<Slot> slots = start(concurrency, phase, stopped);
    pass(stopped, warmSeconds);
    Reading before = Reading.now(pids);
    phase.recording = true;
    pass(stopped, seconds);
    phase.recording = false;
    Reading after = Reading.now(pids);
    phase.over = true;
    boolean ended = stopped.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return result(slots, before, after, ended ? 0 : stopped.getCount());
  }

  private List<Slot> start(int concurrency, Slot.Phase phase, CountDownLatch stopped) {
    var slots = new ArrayList<Slot>();
    for (int i = 0; i < concurrency; i++) {
      var slot = new Slot(phase, stopped, System::nanoTime);
      slots.add(slot);
      if (client instanceof Client.Blocking blocking) {
        var thread = new Thread(() -> slot.run(blocking), "load-" + i);
        thread.setDaemon(true);
        thread.start();
      } else {
        slot.run((Client.Asynchronous) client);
      }
    }
    return slots;
  }

  /** Nothing counts the latch down before the window is over. */
  private static void pass(CountDownLatch stopped, double seconds) throws InterruptedException {
    if (stopped.await((long) (seconds * 1e9), TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException("the load ended by itself");
    }
  }

  private Window result(List<Slot> slots, Reading before, Reading after, long lost) {
    var nanos = new Histogram(LONGEST_NANOS, 3);
    long exchanges = 0;
    long errors = lost;
    for (Slot slot : slots) {
      slot.addTo(nanos);
      exchanges += slot.count();
      errors += slot.errors();
    }
    double seconds = after.secondsSince(before);
    double each = Math.max(1, exchanges);
    var otherCpu = new HashMap<String, Double>();
    after.otherCpuSince(before).forEach((role, micros) -> otherCpu.put(role, micros / each));
    var otherRss = new HashMap<String, Long>();
    pids.forEach((role, all) -> otherRss.put(role, all.stream().mapToLong(Processes::rssKb).sum()));
    double ticks = 100 * seconds;
    Processes.Machine first = before.machine();
    Processes.Machine last = after.machine();
    return new Window(
        "",
        slots.size(),
        seconds,
        exchanges,
        errors,
        exchanges / seconds,
        nanos.getValueAtPercentile(50) / MICROS,
        nanos.getValueAtPercentile(90) / MICROS,
        nanos.getValueAtPercentile(99) / MICROS,
        nanos.getValueAtPercentile(99.9) / MICROS,
        nanos.getMaxValue() / MICROS,
        after.cpuSince(before) / each,
        otherCpu,
        (after.allocated() - before.allocated()) / each,
        after.collections() - before.collections(),
        after.collectionMillis() - before.collectionMillis(),
        Processes.rssKb(ProcessHandle.current().pid()),
        otherRss,
        (last.busy() - first.busy()) / ticks,
        (last.steal() - first.steal()) / ticks,
        (last.nice() - first.nice()) / ticks);
  }
}
