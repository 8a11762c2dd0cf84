package io.inmesh.cli.demo;

import io.inmesh.cli.load.Tally;
import io.inmesh.runtime.member.Member;
import java.time.Duration;

/** A copy of all requests goes to somebody who is slow, and to somebody who is dead. */
final class DeadMirror implements ShopCheck {
  private static final String FILE = "shipping.yaml";
  private static final String URI = "http://shipping/parcels";
  private static final int CALLS = 3_000;
  private static final Duration SLOW = Duration.ofSeconds(5);
  private static final double MOST_MILLIS = 2_000;

  @Override
  public String promise() {
    return "a mirror that is slow (5 s) or dead changes nothing for the caller";
  }

  @Override
  public String run(Shop shop) throws Exception {
    World world = shop.world();
    try (Puppet server = new Puppet(world, "shipping");
        Puppet slow = new Puppet(world, "audit");
        Member member = world.client("storefront")) {
      world.configure(FILE, rules("", ""));
      Requests.awaitReady(member.mesh(), URI);
      Tally alone = Calls.get(member.mesh(), URI, CALLS, 4);
      slow.delay(SLOW);
      world.configure(FILE, rules("mirror: audit/*", ""));
      Await.until(
          "copies arrive",
          World.PATIENCE,
          () -> Calls.get(member.mesh(), URI, 1, 1).calls() == 1 && slow.requests() > 0);
      Tally slowly = Calls.get(member.mesh(), URI, CALLS, 4);
      long copies = slow.requests();
      world.configure(
          FILE, rules("mirror: ghost/*", "ghost: {endpoints: ['127.0.0.1:9'], tls: 'off'}"));
      Await.until(
          "no more copies arrive",
          World.PATIENCE,
          () -> {
            long before = slow.requests();
            Calls.get(member.mesh(), URI, 50, 1);
            return slow.requests() == before;
          });
      Tally dead = Calls.get(member.mesh(), URI, CALLS, 4);
      for (Tally tally : new Tally[] {alone, slowly, dead}) {
        Calls.allSucceeded(tally);
        Broken.unless(tally.millis(100) < MOST_MILLIS, "a call took " + tally.millis(100) + " ms");
      }
      Broken.unless(server.requests() >= 3 * CALLS, "the service was not called");
      return String.format(
          "p50/p99 alone %.1f/%.1f ms, slow mirror %.1f/%.1f (%d copies), dead %.1f/%.1f; 0 of %d"
              + " calls failed",
          alone.millis(50),
          alone.millis(99),
          slowly.millis(50),
          slowly.millis(99),
          copies,
          dead.millis(50),
          dead.millis(99),
          3 * CALLS);
    } finally {
      world.configure(FILE, "");
    }
  }

  private static String rules(String mirror, String more) {
    String route = mirror.isEmpty() ? "" : "    routes: [{" + mirror + "}]\n";
    String other = more.isEmpty() ? "" : "  " + more + "\n";
    return "apiVersion: inmesh.io/v1\nservices:\n  shipping:\n    allow: [storefront]\n"
        + route
        + "  audit: {allow: [storefront]}\n"
        + other;
  }
}
