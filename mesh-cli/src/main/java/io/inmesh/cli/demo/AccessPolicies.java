package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.runtime.member.Member;
import java.time.Duration;

/** Who may call whom: the rule is named, and an edit holds at once on the connections there are. */
final class AccessPolicies implements Check {
  private static final String FILE = "access.yaml";
  private static final String URI = "http://catalog/items";
  private static final String ONLY_WEB =
      """
      apiVersion: inmesh.io/v1
      services:
        catalog:
          protocol: http2
          allow: [web]
      """;
  private static final String NOT_WEB =
      """
      apiVersion: inmesh.io/v1
      services:
        catalog:
          protocol: http2
          deny: [web]
      """;
  private static final String ALL =
      """
      apiVersion: inmesh.io/v1
      services:
        catalog: {protocol: http2}
      """;

  @Override
  public String promise() {
    return "web may call catalog and orders may not; an edit holds at once on open connections";
  }

  @Override
  public String run(World world) throws Exception {
    world.configure(FILE, ONLY_WEB);
    World.Served served = world.serve("catalog", "--protocol", "http2");
    try (Member web = world.client("web");
        Member orders = world.client("orders")) {
      Requests.awaitReady(web.mesh(), URI);
      Await.until("orders is denied", World.PATIENCE, () -> status(orders.mesh()) == 403);
      int lines = served.process().lines();
      Broken.unless(status(web.mesh()) == 200, "web is denied as well");
      long edited = world.configure(FILE, NOT_WEB);
      Await.until("web is denied", World.PATIENCE, () -> status(web.mesh()) == 403);
      long millis = (System.nanoTime() - edited) / 1_000_000;
      Broken.unless(millis < 1000, "the edit took " + millis + " ms");
      Broken.unless(status(orders.mesh()) == 200, "orders is still denied");
      String line =
          served
              .process()
              .line(lines, it -> it.contains("policy[catalog-deny]"), Duration.ofSeconds(5))
              .orElseThrow(
                  () -> new Broken("no event names the rule:\n" + served.process().tail(5)));
      return "edit in force after " + millis + " ms; \"" + line + "\"";
    } finally {
      world.configure(FILE, ALL);
      served.process().close();
    }
  }

  private static int status(Mesh mesh) throws InterruptedException {
    return Requests.send(mesh, Requests.get(URI)).status();
  }
}
