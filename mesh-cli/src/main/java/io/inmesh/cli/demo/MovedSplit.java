package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.cli.load.Load;
import io.inmesh.cli.load.Sample;
import io.inmesh.cli.load.Tally;
import io.inmesh.runtime.member.Member;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A 90/10 split becomes 50/50 by an edit. */
final class MovedSplit implements Check {
  private static final int CALLS = 10_000;
  private static final double POINTS = 2;

  @Override
  public String promise() {
    return "a split edited from 90/10 to 50/50 is in force within a second, and exact";
  }

  @Override
  public String run(World world) throws Exception {
    World.Served v1 = world.serve("orders", "--label", "version=v1");
    World.Served v2 = world.serve("orders", "--label", "version=v2");
    world.configure("orders.yaml", Yaml.split(90, 10));
    try (Member member = world.client("web")) {
      Mesh web = member.mesh();
      Await.until(
          "both versions answer", World.PATIENCE, () -> share(web, 50).versions().size() == 2);
      Tally before = share(web, 2000);
      String old = before.revisions().keySet().iterator().next();
      Tally after = new Tally();
      Tally all = new Tally();
      AtomicLong first = new AtomicLong(Long.MAX_VALUE);
      long edited;
      try (Load load =
          Load.start(
              web,
              id -> Requests.get("http://orders/"),
              sample -> {
                all.accept(sample);
                if (isNew(sample, old)) {
                  first.accumulateAndGet(sample.startNanos(), Math::min);
                  if (after.calls() < CALLS) {
                    after.accept(sample);
                  }
                }
              },
              System::nanoTime,
              1_000_000,
              8)) {
        Await.until("calls are under way", World.PATIENCE, () -> all.calls() > 200);
        Broken.unless(load.started() > 200, "no load");
        edited = world.configure("orders.yaml", Yaml.split(50, 50));
        Await.until(
            CALLS + " calls on the new revision",
            Duration.ofSeconds(90),
            () -> after.calls() >= CALLS);
      }
      double millis = (first.get() - edited) / 1e6;
      double share = 100.0 * after.versions().getOrDefault("v2", 0L) / after.calls();
      Broken.unless(all.failed() == 0, all.failed() + " calls failed: " + all.failures());
      Broken.unless(
          millis <= 1000,
          "the first call on the new revision began " + millis + " ms after the edit");
      Broken.unless(
          Math.abs(share - 50) <= POINTS, "v2 got " + share + " % of " + after.calls() + " calls");
      return String.format(
          "first call after %.0f ms; v2 %.1f %% of %d; %d calls, 0 failed",
          millis, share, after.calls(), all.calls());
    } finally {
      v1.process().close();
      v2.process().close();
    }
  }

  private static boolean isNew(Sample sample, String old) {
    return !sample.outcome().revision().equals(old) && !sample.outcome().revision().isEmpty();
  }

  private static Tally share(Mesh web, int calls) throws InterruptedException {
    var tally = new Tally();
    try (Load load =
        Load.start(web, id -> Requests.get("http://orders/"), tally, System::nanoTime, calls, 8)) {
      load.await(Duration.ofSeconds(30));
    }
    return tally;
  }
}
