package io.inmesh.cli.demo;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A large stream in both directions through two processes with little memory. */
record StreamedGigabyte(String protocol) implements Check {
  private static final long BYTES = 1L << 30;
  private static final List<String> LITTLE = List.of("-Xmx64m", "-XX:MaxDirectMemorySize=64m");

  @Override
  public String promise() {
    return "1 GB echoed through two processes at -Xmx64m with a slow reader ("
        + protocol
        + "); a cancel half-way leaves nothing behind";
  }

  @Override
  public String run(World world) throws Exception {
    world.configure("orders.yaml", Yaml.NO_TIMEOUT);
    World.Served served = world.serveSmall("orders", LITTLE, "--protocol", protocol, "--log-quiet");
    try {
      JsonObject whole = flood(world, "--bytes", String.valueOf(BYTES));
      Broken.unless(whole.get("end").getAsString().equals("complete"), whole.toString());
      Broken.unless(
          whole.get("received").getAsLong() == BYTES && whole.get("equal").getAsBoolean(),
          whole.toString());
      JsonObject half =
          flood(world, "--bytes", String.valueOf(BYTES), "--cancel-at", String.valueOf(BYTES / 2));
      for (JsonObject one : List.of(whole, half)) {
        for (String figure :
            List.of("in_flight", "streams", "connections", "pinned_direct_bytes")) {
          Broken.unless(one.get(figure).getAsLong() == 0, "something is left: " + one);
        }
      }
      Broken.unless(
          served
              .process()
              .line(line -> line.equals("quiet after requests=2"), World.PATIENCE)
              .isPresent(),
          "something is left in the server, which said:\n" + served.process().tail(5));
      Broken.unless(half.get("sent").getAsLong() < BYTES, "the cancel did not stop the sender");
      return whole.get("received").getAsLong() / (1 << 20)
          + " MB back and equal; cancelled at "
          + half.get("received").getAsLong() / (1 << 20)
          + " MB; then requests, connections and direct memory in use 0 on both sides";
    } finally {
      served.process().close();
      world.configure("orders.yaml", Yaml.NO_RETRIES);
    }
  }

  private static JsonObject flood(World world, String... options) throws Exception {
    var arguments = new ArrayList<>(List.of("flood", "--join", world.joinFile("web").toString()));
    arguments.addAll(List.of(options));
    arguments.add("http://orders/echo");
    JavaProcess process = world.start("flood", LITTLE, arguments);
    int code =
        process
            .exit(Duration.ofMinutes(3))
            .orElseThrow(() -> new Broken("the stream does not end:\n" + process.tail(20)));
    String line =
        process
            .line(it -> it.startsWith("{"), Duration.ofSeconds(1))
            .orElseThrow(() -> new Broken("exit " + code + ":\n" + process.tail(20)));
    return JsonParser.parseString(line).getAsJsonObject();
  }
}
