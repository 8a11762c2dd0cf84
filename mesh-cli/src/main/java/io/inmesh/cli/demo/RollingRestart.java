package io.inmesh.cli.demo;

import io.inmesh.cli.load.Load;
import io.inmesh.cli.load.Tally;
import io.inmesh.runtime.member.Member;
import java.util.ArrayList;

/** Four instances are replaced under load, one after another, each by one on another port. */
final class RollingRestart implements ShopCheck {
  private static final int INSTANCES = 4;
  private static final String URI = "http://catalogue/items/tea";

  @Override
  public String promise() {
    return "rolling restart of four instances under load, with no retries but the mesh's own: no"
        + " failed call";
  }

  @Override
  public String run(Shop shop) throws Exception {
    var all = new Tally();
    shop.rules(shop.patientRules());
    shop.catalogue(INSTANCES);
    var replaced = new ArrayList<String>();
    try (Member member = shop.world().client("storefront")) {
      Requests.awaitReady(member.mesh(), URI);
      Await.until(
          "four instances are called",
          World.PATIENCE,
          () -> Calls.get(member.mesh(), URI, 40, 2).endpoints().size() == INSTANCES);
      try (Load load = Calls.endless(member.mesh(), URI, 4, all)) {
        for (int i = 1; i <= INSTANCES; i++) {
          Shop.Instance old = shop.instance("catalogue-" + i);
          shop.end(old);
          Shop.Instance fresh = shop.catalogue(i);
          replaced.add(old.port() + "→" + fresh.port());
          awaitCalled(all, fresh);
        }
        Broken.unless(load.started() > 1000, "no load");
      }
    } finally {
      shop.rules(shop.rules());
      shop.find("catalogue-" + INSTANCES).ifPresent(shop::end);
    }
    Calls.allSucceeded(all);
    return all.calls()
        + " calls, 0 failed, "
        + (all.attempts() - all.calls())
        + " met a closed door and tried another; ports "
        + String.join(", ", replaced);
  }

  private static void awaitCalled(Tally all, Shop.Instance fresh) throws Exception {
    String endpoint = "127.0.0.1:" + fresh.port();
    Await.until(
        fresh.name() + " is called", World.PATIENCE, () -> all.endpoints().containsKey(endpoint));
  }
}
