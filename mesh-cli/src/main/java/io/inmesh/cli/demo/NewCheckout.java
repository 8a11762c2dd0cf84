package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.cli.load.Load;
import io.inmesh.cli.load.Sample;
import io.inmesh.cli.load.Tally;
import io.inmesh.runtime.member.Member;
import java.util.ArrayList;
import java.util.function.LongFunction;

/** Checkout v2 takes over from v1, step by step; those who want it have it from the start. */
final class NewCheckout implements ShopCheck {
  private static final int CALLS = 10_000;
  private static final double POINTS = 2;
  private static final int[] STEPS = {10, 50, 90, 100};
  private static final int COHORT = 10;
  private static final String URI = "http://checkout/version";

  @Override
  public String promise() {
    return "checkout v1 → v2 by 90/10, 50/50, 10/90, 0/100, each within 2 points of "
        + CALLS
        + " calls, no failed call; a header cohort always gets v2";
  }

  @Override
  public String run(Shop shop) throws Exception {
    Request plain = Requests.get(URI);
    Request beta = plain.withHeaders(Headers.of("x-cohort", "beta"));
    LongFunction<Request> requests = ordinal -> ordinal % COHORT == 0 ? beta : plain;
    var cohort = new Tally();
    var all = new Tally();
    var window = new Window();
    var shares = new ArrayList<String>();
    try (Member member = shop.world().client("storefront")) {
      Mesh mesh = member.mesh();
      Requests.awaitReady(mesh, URI);
      try (Load load =
          Load.start(
              mesh,
              requests,
              sample -> {
                all.accept(sample);
                (isCohort(sample) ? cohort : window).accept(sample);
              },
              System::nanoTime,
              100_000_000,
              8)) {
        for (int share : STEPS) {
          shop.rules(split(shop, share));
          shares.add(String.format("%.1f", observed(mesh, window, share)));
        }
        Broken.unless(load.started() > CALLS, "no load");
      }
    } finally {
      shop.rules(shop.rules());
    }
    Calls.allSucceeded(all);
    Broken.unless(
        cohort.versions().keySet().equals(java.util.Set.of("v2")),
        "the cohort got " + cohort.versions());
    return "v2 got "
        + String.join(", ", shares)
        + " %; "
        + all.calls()
        + " calls, 0 failed; cohort: "
        + cohort.calls()
        + " of "
        + cohort.calls()
        + " v2";
  }

  private static boolean isCohort(Sample sample) {
    return sample.ordinal() % COHORT == 0;
  }

  private static String split(Shop shop, int share) throws Exception {
    String rules = shop.rules();
    String edited =
        rules.replace("{v1: 90, v2: 10}", "{v1: " + (100 - share) + ", v2: " + share + "}");
    Broken.unless(
        share == 10 || !edited.equals(rules), "mesh.yaml has no split {v1: 90, v2: 10} any more");
    return edited;
  }

  /** Waits until one revision decides, and then for all calls that are wanted of it. */
  private static double observed(Mesh mesh, Window window, int share) throws Exception {
    // The edit is under way; a step that is told apart from the one before has begun.
    Await.until(
        "the split is near " + share,
        World.PATIENCE,
        () -> Math.abs(share(Calls.get(mesh, URI, 200, 2)) - share) < 15);
    Tally tally = window.begin();
    Await.until(CALLS + " calls", World.PATIENCE.multipliedBy(3), () -> tally.calls() >= CALLS);
    double seen = share(tally);
    Broken.unless(Math.abs(seen - share) <= POINTS, "v2 got " + seen + " %, not " + share);
    return seen;
  }

  private static double share(Tally tally) {
    return 100.0 * tally.versions().getOrDefault("v2", 0L) / tally.calls();
  }
}
