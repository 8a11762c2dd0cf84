package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.cli.load.Load;
import io.inmesh.cli.load.Tally;
import io.inmesh.runtime.member.Member;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;

/** The control plane dies under load and comes back ten seconds later. */
record PlaneOutage(boolean withRegistryFile) implements Check {
  private static final Duration DOWN = Duration.ofSeconds(10);

  @Override
  public String promise() {
    return "kill -9 of the control plane, back after 10 s "
        + (withRegistryFile ? "with" : "without")
        + " its registry file: no failed call, nobody removed";
  }

  @Override
  public String run(World world) throws Exception {
    world.configure("orders.yaml", Yaml.NO_RETRIES);
    var served = new ArrayList<World.Served>();
    for (int i = 0; i < 3; i++) {
      served.add(world.serve("orders"));
    }
    var all = new Tally();
    var window = new Window();
    int least = 3;
    try (Member member = world.client("web")) {
      Mesh web = member.mesh();
      Await.until(
          "all three answer",
          World.PATIENCE,
          () -> {
            Tally fresh = window.begin();
            try (Load some =
                Load.start(
                    web, id -> Requests.get("http://orders/"), fresh, System::nanoTime, 60, 4)) {
              some.await(Duration.ofSeconds(30));
            }
            return fresh.endpoints().size() == 3;
          });
      try (Load load =
          Load.start(
              web,
              id -> Requests.get("http://orders/"),
              sample -> {
                all.accept(sample);
                window.accept(sample);
              },
              System::nanoTime,
              100_000_000,
              4)) {
        Await.until("load is under way", World.PATIENCE, () -> all.calls() > 500);
        world.plane().kill();
        least = Math.min(least, watch(window, DOWN));
        if (!withRegistryFile) {
          Files.delete(world.state().resolve("registry.json"));
        }
        world.startPlane();
        least = Math.min(least, watch(window, World.LEASE.multipliedBy(2)));
        Await.until(
            "the client is connected again",
            World.PATIENCE,
            () -> web.status().plane().connected());
        Broken.unless(load.started() > 500, "no load");
      }
      Broken.unless(
          all.failed() == 0,
          all.failed() + " of " + all.calls() + " calls failed: " + all.failures());
      Broken.unless(least == 3, "for a second only " + least + " of 3 instances were called");
      return all.calls() + " calls, 0 failed; 3 of 3 instances called in every second";
    } finally {
      served.forEach(it -> it.process().close());
    }
  }

  /** For a time, second by second: the least number of instances that were called. */
  private static int watch(Window window, Duration time) throws Exception {
    int least = Integer.MAX_VALUE;
    for (long second = 0; second < time.toSeconds(); second++) {
      Tally fresh = window.begin();
      long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
      Await.until(
          "a second has passed with calls",
          Duration.ofSeconds(20),
          () -> System.nanoTime() > end && fresh.calls() >= 100);
      Map<String, Long> called = fresh.endpoints();
      least = Math.min(least, called.size());
    }
    return least;
  }
}
