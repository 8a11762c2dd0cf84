package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.call.Response;
import io.inmesh.runtime.member.Member;

/** An instance that accepts and never answers. */
final class StalledServer implements Check {
  @Override
  public String promise() {
    return "a stalled server costs one per-try timeout; the deadline bounds all attempts together";
  }

  @Override
  public String run(World world) throws Exception {
    world.configure("orders.yaml", Yaml.PER_TRY);
    World.Served good = world.serve("orders");
    World.Served stalled = world.serve("orders", "--stall");
    try (Member member = world.client("web")) {
      Mesh web = member.mesh();
      Await.until(
          "both instances are known", World.PATIENCE, () -> retried(web).outcome().attempts() == 2);
      Response saved = retriedSoon(web);
      long millis = saved.outcome().duration().toMillis();
      Broken.unless(saved.status() == 200, "status " + saved.status());
      Broken.unless(
          millis >= 300 && millis < 600,
          "it took " + millis + " ms with a per-try timeout of 300 ms");
      good.process().close();
      Await.until(
          "only the stalled one is left",
          World.PATIENCE,
          () -> Requests.send(web, Requests.get("http://orders/deadline")).status() == 504);
      Response late = Requests.send(web, Requests.get("http://orders/deadline"));
      long whole = late.outcome().duration().toMillis();
      Broken.unless(
          late.status() == 504 && late.outcome().attempts() > 1,
          "status " + late.status() + " after " + late.outcome().attempts() + " attempts");
      Broken.unless(
          whole >= 700 && whole < 1000, "the deadline of 700 ms ended after " + whole + " ms");
      return "200 after "
          + millis
          + " ms and 2 attempts; 504 after "
          + whole
          + " ms and "
          + late.outcome().attempts()
          + " attempts (deadline 700 ms)";
    } finally {
      stalled.process().close();
      good.process().close();
    }
  }

  private static Response retried(Mesh web) throws InterruptedException {
    return Requests.send(web, Requests.get("http://orders/item"));
  }

  /** A call whose first attempt went to the stalled instance; about every second does. */
  private static Response retriedSoon(Mesh web) throws Exception {
    for (int i = 0; i < 100; i++) {
      Response response = retried(web);
      if (response.outcome().attempts() > 1) {
        return response;
      }
    }
    throw new Broken("no call met the stalled instance");
  }
}
