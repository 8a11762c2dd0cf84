package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.call.Flag;
import io.inmesh.call.Response;
import io.inmesh.cli.load.Tally;
import io.inmesh.runtime.member.Member;

/** All instances fail: nobody waits for them, and somebody else answers. */
final class OpenBreaker implements ShopCheck {
  private static final String FILE = "shipping.yaml";
  private static final String URI = "http://shipping/parcels";
  private static final int REFUSED = 1_000;
  private static final String FALLBACK = "next week";

  @Override
  public String promise() {
    return "all instances fail: the breaker opens and refuses in under a millisecond, the fallback"
        + " answers, it closes after recovery; a lower threshold acts on the calls that are known";
  }

  @Override
  public String run(Shop shop) throws Exception {
    World world = shop.world();
    try (Puppet one = new Puppet(world, "shipping");
        Puppet other = new Puppet(world, "shipping");
        Member member = world.client("storefront")) {
      Mesh mesh = member.mesh();
      world.configure(FILE, rules("50%", "10s", ""));
      Await.until(
          "both are called",
          World.PATIENCE,
          () ->
              Calls.get(mesh, URI, 20, 1).failed() == 0
                  && one.requests() > 0
                  && other.requests() > 0);
      one.answer(503);
      other.answer(503);
      Await.until("the breaker opens", World.PATIENCE, () -> isRefused(send(mesh)));
      long asked = one.requests() + other.requests();
      Tally refused = Calls.get(mesh, URI, REFUSED, 1);
      Broken.unless(
          one.requests() + other.requests() == asked
              && refused.flags().getOrDefault("UO", 0L) == REFUSED,
          "of " + REFUSED + " calls: " + refused.flags());
      Broken.unless(refused.millis(50) < 1, "a refusal takes " + refused.millis(50) + " ms");
      world.configure(FILE, rules("50%", "10s", "fallback: {respond: {body: " + FALLBACK + "}}"));
      Await.until(
          "the fallback answers",
          World.PATIENCE,
          () -> send(mesh).status() == 200 && send(mesh).text().equals(FALLBACK));
      one.answer(200);
      other.answer(200);
      world.configure(FILE, rules("50%", "10s", ""));
      Await.until("it closes", World.PATIENCE, () -> Calls.get(mesh, URI, 20, 1).failed() == 0);
      lowered(world, mesh, one, other);
      return "1,000 refused, p50 "
          + refused.millis(50)
          + " ms, nobody asked; fallback 200; closed after recovery; 90 % → 30 % opened it without"
          + " a further failure";
    } finally {
      world.configure(FILE, "");
    }
  }

  /** Half of the calls fail, which is fine until it is not. */
  private static void lowered(World world, Mesh mesh, Puppet one, Puppet other) throws Exception {
    String before = send(mesh).outcome().revision();
    world.configure(FILE, rules("90%", "60s", ""));
    Await.until(
        "90 % is in force", World.PATIENCE, () -> !send(mesh).outcome().revision().equals(before));
    one.answer(503);
    Await.until(
        "a good part fails, and the breaker stays closed",
        World.PATIENCE,
        () -> {
          Tally tally = Calls.get(mesh, URI, 100, 1);
          Broken.unless(!tally.flags().containsKey("UO"), "it opened at 90 %");
          return tally.failed() >= 35;
        });
    one.answer(200);
    long asked = one.requests() + other.requests();
    world.configure(FILE, rules("30%", "60s", ""));
    Await.until("the lower threshold opens it", World.PATIENCE, () -> isRefused(send(mesh)));
    long since = one.requests() + other.requests() - asked;
    Broken.unless(since < 60, since + " calls went through before");
  }

  private static Response send(Mesh mesh) throws InterruptedException {
    return Requests.send(mesh, Requests.get(URI));
  }

  private static boolean isRefused(Response response) {
    return response.status() == 503
        && response.outcome().flags().contains(Flag.UO)
        && response.outcome().details().equals("circuit_breaker_open");
  }

  private static String rules(String failures, String open, String fallback) {
    return """
    apiVersion: inmesh.io/v1
    services:
      shipping:
        allow: [storefront]
        load-balancer: round-robin
        retry: 'off'
        circuit-breaker: {failure-rate: %s, window: 100, minimum-calls: 20, open-for: %s, probes: 5}
        %s
    """
        .formatted(failures, open, fallback);
  }
}
