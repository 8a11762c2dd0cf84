package io.inmesh.cli.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code inmesh status}: control planes, and how far their clients have got. */
@Command(
    name = "status",
    description =
        "Shows control planes, the clients that are connected, and which revision each has"
            + " accepted, or why it refuses one. Exit code 1 if a plane cannot be reached, files"
            + " are refused, or a client refuses something.",
    mixinStandardHelpOptions = true)
public final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private PlaneApi api;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    var all = new JsonArray();
    boolean good = true;
    for (URI plane : api.planes()) {
      var shown = new JsonObject();
      shown.addProperty("plane", plane.toString());
      try {
        JsonObject status = PlaneApi.get(plane, "/api/status");
        shown.add("status", status);
        good &= isGood(status);
        if (!api.json()) {
          show(out, plane, status);
        }
      } catch (IOException failed) {
        good = false;
        shown.addProperty("error", failed.getMessage());
        if (!api.json()) {
          out.println("plane " + failed.getMessage());
        }
      }
      all.add(shown);
    }
    if (api.json()) {
      out.println(Json.pretty(all));
    }
    out.flush();
    return good ? 0 : 1;
  }

  private static boolean isGood(JsonObject status) {
    boolean good = Json.list(status, "problems").isEmpty();
    for (JsonElement node : Json.list(status, "nodes")) {
      good &= !Json.text(node.getAsJsonObject(), "state").equals("rejected");
    }
    return good;
  }

  private static void show(PrintWriter out, URI plane, JsonObject status) {
    JsonArray nodes = Json.list(status, "nodes");
    out.println(
        "plane "
            + plane
            + "  revision "
            + Json.text(status, "revision")
            + "  trust domain "
            + Json.text(status, "trust_domain")
            + "  "
            + Json.text(status, "services")
            + " services configured, "
            + Json.text(status, "instances")
            + " instances registered, "
            + nodes.size()
            + " clients connected");
    Json.list(status, "problems").forEach(it -> out.println("  refused: " + it.getAsString()));
    Json.list(status, "warnings").forEach(it -> out.println("  " + it.getAsString()));
    if (nodes.isEmpty()) {
      return;
    }
    var table = new TextTable("CLIENT", "KIND", "PROTOCOL", "SINCE", "ACCEPTED", "STATE");
    nodes.forEach(it -> row(table, it.getAsJsonObject()));
    out.print(table);
    nodes.forEach(it -> rejections(out, it.getAsJsonObject()));
  }

  private static void row(TextTable table, JsonObject node) {
    table.row(
        Json.text(node, "id"),
        Json.text(node, "kind"),
        Json.text(node, "protocol"),
        Json.text(node, "since").replaceFirst("\\.\\d+Z$", "Z"),
        Json.text(node, "revision"),
        Json.text(node, "state"));
  }

  private static void rejections(PrintWriter out, JsonObject node) {
    for (Map.Entry<String, JsonElement> type : Json.object(node, "types").entrySet()) {
      String why = Json.text(type.getValue().getAsJsonObject(), "rejection");
      if (!why.isEmpty()) {
        out.println(Json.text(node, "id") + " refuses " + type.getKey() + ": " + why);
      }
    }
  }
}
