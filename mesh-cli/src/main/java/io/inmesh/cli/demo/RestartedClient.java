package io.inmesh.cli.demo;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A client that starts while the control plane is down. */
final class RestartedClient implements Check {
  private static final Duration SHORT = Duration.ofSeconds(12);

  @Override
  public String promise() {
    return "with the control plane down, a restarted client serves from its state directory; with"
        + " an expired certificate it says why it does not";
  }

  @Override
  public String run(World world) throws Exception {
    world.configure("orders.yaml", Yaml.NO_RETRIES);
    World.Served served = world.serve("orders");
    Path good = world.directory().resolve("restarted");
    Path expiring = world.directory().resolve("expiring");
    call(world, good, "24h", 0);
    call(world, expiring, SHORT.toSeconds() + "s", 0);
    long expiry = System.nanoTime() + SHORT.plusSeconds(2).toNanos();
    world.plane().kill();
    try {
      JsonObject kept = call(world, good, "24h", 0);
      Broken.unless(
          kept.get("source").getAsString().equals("STATE_DIRECTORY"),
          "config came from " + kept.get("source"));
      Await.until(
          "the short certificate expires",
          Duration.ofSeconds(20),
          () -> System.nanoTime() > expiry);
      JsonObject refused = call(world, expiring, SHORT.toSeconds() + "s", 1);
      String why = refused.get("identity_error").getAsString();
      Broken.unless(why.contains("expired"), "the message was: " + why);
      return "status " + kept.get("status") + " from the state directory; expired: \"" + why + "\"";
    } finally {
      world.startPlane();
      served.process().close();
    }
  }

  private static JsonObject call(World world, Path state, String life, int expected)
      throws Exception {
    var arguments =
        new ArrayList<>(List.of("call", "--json", "--join", world.joinFile("web").toString()));
    arguments.addAll(
        List.of(
            "--state",
            state.toString(),
            "--certificate-life",
            life,
            "--timeout",
            "8s",
            "http://orders/"));
    JavaProcess process = world.start("call", List.of("-Xmx96m"), arguments);
    int code =
        process
            .exit(World.PATIENCE)
            .orElseThrow(() -> new Broken("the call does not end:\n" + process.tail(20)));
    String line =
        process
            .line(it -> it.startsWith("{"), Duration.ofSeconds(1))
            .orElseThrow(() -> new Broken("no JSON:\n" + process.tail(20)));
    Broken.unless(code == expected, "exit code " + code + ": " + line);
    return JsonParser.parseString(line).getAsJsonObject();
  }
}
