package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.cli.load.Load;
import io.inmesh.cli.load.Sample;
import io.inmesh.cli.load.Tally;
import io.inmesh.runtime.member.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One of three instances dies under load. */
final class KilledServer implements Check {
  @Override
  public String promise() {
    return "kill -9 of one of three servers: no failed GET, it leaves the rotation, no POST is sent"
        + " twice";
  }

  @Override
  public String run(World world) throws Exception {
    world.configure("orders.yaml", Yaml.RETRIED_GETS);
    var served = new ArrayList<World.Served>();
    for (int i = 0; i < 3; i++) {
      served.add(world.serve("orders", "--log-ids"));
    }
    var gets = new Tally();
    var posts = new Tally();
    Map<String, Sample> outcomes = new ConcurrentHashMap<>();
    try (Member member = world.client("web")) {
      Mesh web = member.mesh();
      Await.until("all three answer", World.PATIENCE, () -> endpoints(web, 60) == 3);
      try (Load reading =
              Load.start(
                  web,
                  id -> Requests.get("http://orders/item"),
                  gets,
                  System::nanoTime,
                  10_000_000,
                  8);
          Load writing =
              Load.start(
                  web,
                  id -> Requests.post("http://orders/item", "p" + id, "x"),
                  sample -> {
                    posts.accept(sample);
                    outcomes.put("p" + sample.ordinal(), sample);
                  },
                  System::nanoTime,
                  4_000,
                  2)) {
        Await.until(
            "load is under way", World.PATIENCE, () -> gets.calls() > 1000 && posts.calls() > 200);
        served.get(0).process().kill();
        String dead = "127.0.0.1:" + served.get(0).port();
        Await.until(
            "the dead instance leaves the rotation",
            Duration.ofSeconds(30),
            () -> !window(web).containsKey(dead));
        Broken.unless(reading.started() > 1000, "no load");
        writing.await(Duration.ofSeconds(60));
      }
      Broken.unless(
          gets.failed() == 0,
          gets.failed() + " of " + gets.calls() + " GETs failed: " + gets.failures());
      int repeated = repeated(served, outcomes);
      return gets.calls()
          + " GETs, 0 failed, "
          + (gets.attempts() - gets.calls())
          + " retried; "
          + posts.calls()
          + " POSTs, "
          + posts.failed()
          + " failed, "
          + repeated
          + " sent twice";
    } finally {
      served.forEach(it -> it.process().close());
    }
  }

  private static int endpoints(Mesh web, int calls) throws InterruptedException {
    var tally = new Tally();
    try (Load load =
        Load.start(web, id -> Requests.get("http://orders/"), tally, System::nanoTime, calls, 4)) {
      load.await(Duration.ofSeconds(30));
    }
    return tally.endpoints().size();
  }

  private static Map<String, Long> window(Mesh web) throws InterruptedException {
    var tally = new Tally();
    try (Load load =
        Load.start(web, id -> Requests.get("http://orders/"), tally, System::nanoTime, 300, 4)) {
      load.await(Duration.ofSeconds(30));
    }
    return tally.endpoints();
  }

  /** What the instances wrote down themselves, the dead one included. */
  private static int repeated(List<World.Served> served, Map<String, Sample> outcomes)
      throws Broken {
    var seen = new HashMap<String, Integer>();
    for (World.Served one : served) {
      for (String line : one.process().output()) {
        if (line.startsWith("id p")) {
          seen.merge(line.substring(3), 1, Integer::sum);
        }
      }
    }
    List<String> twice =
        seen.entrySet().stream().filter(it -> it.getValue() > 1).map(Map.Entry::getKey).toList();
    Broken.unless(twice.isEmpty(), "sent twice: " + twice);
    long missing =
        outcomes.values().stream()
            .filter(Sample::succeeded)
            .filter(it -> !seen.containsKey("p" + it.ordinal()))
            .count();
    Broken.unless(missing == 0, missing + " POSTs succeeded that no instance wrote down");
    return twice.size();
  }
}
