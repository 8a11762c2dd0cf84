package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.runtime.member.Member;
import java.time.Duration;

/** A mistake in a file. */
final class BrokenYaml implements Check {
  @Override
  public String promise() {
    return "broken YAML changes nothing and is refused with file and line; a correct file is taken"
        + " afterwards";
  }

  @Override
  public String run(World world) throws Exception {
    World.Served served = world.serve("orders", "--label", "version=v1");
    world.configure("orders.yaml", Yaml.split(100, 0));
    try (Member member = world.client("web")) {
      Mesh web = member.mesh();
      Requests.awaitReady(web, "http://orders/");
      String before = Requests.send(web, Requests.get("http://orders/")).outcome().revision();
      world.configure("orders.yaml", Yaml.split(0, 100).replace("weight:", "wieght:"));
      String line =
          world
              .plane()
              .line(
                  it -> it.contains("orders.yaml:") && it.contains("wieght"), Duration.ofSeconds(5))
              .orElseThrow(
                  () ->
                      new Broken(
                          "the control plane named no file and line:\n" + world.plane().tail(5)));
      Broken.unless(
          Requests.send(web, Requests.get("http://orders/")).outcome().revision().equals(before),
          "the revision changed");
      Broken.unless(
          Requests.send(web, Requests.get("http://orders/")).status() == 200, "a call failed");
      world.configure("orders.yaml", Yaml.direct(418));
      Await.until(
          "the corrected file is in force",
          Duration.ofSeconds(5),
          () -> Requests.send(web, Requests.get("http://orders/")).status() == 418);
      return line.strip();
    } finally {
      served.process().close();
      world.configure("orders.yaml", Yaml.NO_RETRIES);
    }
  }
}
