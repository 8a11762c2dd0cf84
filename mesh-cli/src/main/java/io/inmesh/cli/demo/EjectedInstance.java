package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.cli.load.Load;
import io.inmesh.cli.load.Tally;
import io.inmesh.runtime.member.Member;
import java.time.Duration;

/** An instance that is sick, and gets well. */
final class EjectedInstance implements ShopCheck {
  private static final String FILE = "shipping.yaml";
  private static final String URI = "http://shipping/parcels";
  private static final int CONSECUTIVE = 5;
  private static final Duration BASE = Duration.ofSeconds(3);
  private static final String RULES =
      """
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata: {name: shipping, namespace: default}
      spec:
        host: shipping
        trafficPolicy:
          loadBalancer: {simple: ROUND_ROBIN}
          outlierDetection: {consecutive5xxErrors: 5, interval: 1s, baseEjectionTime: 3s, maxEjectionPercent: 100}
      ---
      apiVersion: inmesh.io/v1
      services:
        shipping: {allow: [storefront], retry: off}
      """;

  @Override
  public String promise() {
    return "maxEjectionPercent 100, baseEjectionTime 3 s: an instance that answers 503 is ejected"
        + " after "
        + CONSECUTIVE
        + " failures, and returns";
  }

  @Override
  public String run(Shop shop) throws Exception {
    World world = shop.world();
    world.configure(FILE, RULES);
    var window = new Window();
    var all = new Tally();
    try (Puppet sick = new Puppet(world, "shipping");
        Puppet well = new Puppet(world, "shipping");
        Member member = world.client("storefront")) {
      Mesh mesh = member.mesh();
      Await.until(
          "both instances are called",
          World.PATIENCE,
          () ->
              Calls.get(mesh, URI, 20, 1).statuses().getOrDefault("200", 0L) == 20
                  && sick.requests() > 0
                  && well.requests() > 0);
      try (Load load =
          Calls.endless(
              mesh,
              URI,
              1,
              sample -> {
                all.accept(sample);
                window.accept(sample);
              })) {
        Await.until("calls are under way", World.PATIENCE, () -> all.calls() > 100);
        Broken.unless(load.started() > 0 && all.failed() == 0, "calls fail: " + all.failures());
        sick.answer(503);
        Await.until("it is ejected", World.PATIENCE, () -> avoids(window, sick));
        long ejected = System.nanoTime();
        long failed = all.failed();
        sick.answer(200);
        Await.until(
            "it returns",
            World.PATIENCE,
            () -> window.begin().calls() >= 0 && !avoids(window, sick));
        long millis = (System.nanoTime() - ejected) / 1_000_000;
        Broken.unless(
            millis > BASE.toMillis() - 1000 && millis < BASE.toMillis() + 3000,
            "it was back after " + millis + " ms");
        Broken.unless(
            failed >= CONSECUTIVE && failed <= CONSECUTIVE + 3, failed + " calls failed before");
        return failed
            + " calls failed, then none; back "
            + millis
            + " ms later; "
            + all.calls()
            + " calls";
      }
    } finally {
      world.configure(FILE, "");
    }
  }

  private static boolean avoids(Window window, Puppet one) throws Exception {
    Tally fresh = window.begin();
    Await.until("calls are made", World.PATIENCE, () -> fresh.calls() >= 30);
    return !fresh.endpoints().containsKey(one.endpoint());
  }
}
