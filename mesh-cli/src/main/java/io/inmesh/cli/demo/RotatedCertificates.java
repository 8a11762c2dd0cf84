package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.cli.load.Tally;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.runtime.member.Member;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Certificates that live a minute, under load. */
record RotatedCertificates(Duration time) implements Check {
  private static final Duration LIFE = Duration.ofMinutes(1);
  private static final int BATCH = 10;

  @Override
  public String promise() {
    return "one-minute certificates for "
        + time.toSeconds()
        + " s: renewed by the rule, no failed call";
  }

  @Override
  public String run(World world) throws Exception {
    world.configure("orders.yaml", Yaml.NO_RETRIES);
    World.Served served =
        world.serve("orders", "--log-peers", "--certificate-life", LIFE.toSeconds() + "s");
    var tally = new Tally();
    Set<String> ours = ConcurrentHashMap.newKeySet();
    try (Member member = world.client("web", world.directory().resolve("rotated"), LIFE)) {
      Mesh web = member.mesh();
      Requests.awaitReady(web, "http://orders/");
      long end = System.nanoTime() + time.toNanos();
      // Without pause it would take the machine from the checks beside.
      Await.until(
          "the time is over",
          time.plusSeconds(30),
          () -> {
            member
                .identity()
                .current()
                .map(KeyMaterial::leaf)
                .ifPresent(leaf -> ours.add(leaf.getSerialNumber().toString(16)));
            Calls.make(web, id -> Requests.get("http://orders/"), BATCH, 2, tally);
            return System.nanoTime() > end;
          });
      Broken.unless(tally.calls() > 1000, "no load");
    } finally {
      served.process().close();
    }
    Set<String> seen =
        served.process().output().stream()
            .filter(line -> line.startsWith("peer serial="))
            .map(line -> line.substring("peer serial=".length()).split(" ")[0])
            .collect(Collectors.toCollection(LinkedHashSet::new));
    // Renewal comes after 40 to 60 percent of a life.
    long least = 1 + time.toSeconds() * 10 / (LIFE.toSeconds() * 6);
    long most = 1 + time.toSeconds() * 10 / (LIFE.toSeconds() * 4);
    Broken.unless(
        tally.failed() == 0,
        tally.failed() + " of " + tally.calls() + " calls failed: " + tally.failures());
    Broken.unless(
        ours.size() >= least && ours.size() <= most,
        ours.size() + " certificates, " + least + " to " + most + " were due");
    Broken.unless(
        seen.size() > 1 && ours.containsAll(seen),
        "the server saw the serials " + seen + ", the client had " + ours);
    return ours.size()
        + " certificates ("
        + least
        + " to "
        + most
        + " due), the server saw "
        + seen.size()
        + "; "
        + tally.calls()
        + " calls, 0 failed";
  }
}
