package io.inmesh.cli.demo;

import io.inmesh.Mesh;
import io.inmesh.call.Headers;
import io.inmesh.cli.load.Load;
import io.inmesh.cli.load.Tally;
import io.inmesh.runtime.member.Member;
import java.time.Duration;

/** A thousand calls over each protocol, and somebody listening on the wire. */
record EncryptedCalls(String protocol) implements Check {
  private static final int CALLS = 1000;
  private static final String MARKER = "the-marker-that-must-stay-secret";

  @Override
  public String promise() {
    return CALLS
        + " calls over mutual TLS, "
        + (protocol.equals("http2") ? "HTTP/2" : "HTTP/1.1")
        + ", nothing readable on the wire";
  }

  @Override
  public String run(World world) throws Exception {
    String service = protocol.equals("http2") ? "catalog" : "orders";
    var relay = world.keep(new RecordingRelay());
    World.Served served =
        world.serve(
            service, "--protocol", protocol, "--advertise-port", String.valueOf(relay.port()));
    relay.target(served.port());
    Tally tally = new Tally();
    try (Member member = world.client("web")) {
      Mesh web = member.mesh();
      Requests.awaitReady(web, "http://" + service + "/");
      try (Load load =
          Load.start(
              web,
              id ->
                  Requests.post("http://" + service + "/echo", "m" + id, MARKER)
                      .withHeaders(Headers.of("x-secret", MARKER)),
              tally,
              System::nanoTime,
              CALLS,
              16)) {
        Broken.unless(
            load.await(Duration.ofSeconds(60)),
            "only " + tally.calls() + " calls ended within a minute");
      }
    }
    RecordingRelay.Report report = relay.report(MARKER);
    served.process().close();
    Broken.unless(
        tally.statuses().equals(java.util.Map.of("200", (long) CALLS)),
        "statuses: " + Tally.line(tally.statuses()) + " " + tally.failures());
    Broken.unless(report.violations().isEmpty(), String.join("; ", report.violations()));
    Broken.unless(
        report.records() > CALLS / 10,
        "only " + report.records() + " TLS records went through the relay");
    return "200="
        + CALLS
        + ", "
        + report.records()
        + " TLS records, "
        + report.bytes() / 1024
        + " KiB, marker seen 0 times, p50 "
        + tally.millis(50)
        + " ms";
  }
}
