package io.inmesh.cli.command;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code inmesh certs}: the authority, what it signed, and what clients hold. */
@Command(
    name = "certs",
    description =
        "Shows the authority's certificate, those that it has signed since the control plane"
            + " started, and those that connected clients say they hold. Exit code 1 if the"
            + " authority's or a client's expires within --within.",
    mixinStandardHelpOptions = true)
public final class CertsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private PlaneApi api;

  @Option(
      names = "--within",
      defaultValue = "0s",
      converter = Durations.class,
      description = "How soon is too soon (default: ${DEFAULT-VALUE}: what has expired).")
  private Duration within;

  @Override
  public Integer call() throws Exception {
    URI plane = api.planes().get(0);
    JsonObject signed = PlaneApi.get(plane, "/api/certificates");
    signed.add("nodes", Json.list(PlaneApi.get(plane, "/api/status"), "nodes"));
    Instant soon = InstantSource.system().instant().plus(within);
    boolean good = lasts(Json.text(Json.object(signed, "authority"), "not_after"), soon);
    for (JsonElement node : Json.list(signed, "nodes")) {
      good &= lasts(Json.text(node.getAsJsonObject(), "certificate_expiry"), soon);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(api.json() ? Json.pretty(signed) + "\n" : table(signed));
    out.flush();
    return good ? 0 : 1;
  }

  private static boolean lasts(String until, Instant soon) {
    return until.isEmpty() || Instant.parse(until).isAfter(soon);
  }

  private static String table(JsonObject all) {
    var table = new TextTable("WHAT", "IDENTITY", "SERIAL", "FROM", "UNTIL");
    row(table, "authority", Json.object(all, "authority"));
    Json.list(all, "issued").forEach(it -> row(table, "signed", it.getAsJsonObject()));
    for (JsonElement each : Json.list(all, "nodes")) {
      JsonObject node = each.getAsJsonObject();
      table.row(
          "held by " + Json.text(node, "id"),
          Json.text(node, "identity"),
          "",
          "",
          Json.text(node, "certificate_expiry"));
    }
    return table.toString();
  }

  private static void row(TextTable table, String what, JsonObject certificate) {
    table.row(
        what,
        Json.text(certificate, "identity"),
        Json.text(certificate, "serial"),
        Json.text(certificate, "not_before"),
        Json.text(certificate, "not_after"));
  }
}
