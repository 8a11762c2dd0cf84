package io.inmesh.cli.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code inmesh services}: services and their instances. */
@Command(
    name = "services",
    description =
        "Shows services and their instances. Exit code 1 if there is none of that name, or it has"
            + " no instance that may be healthy.",
    mixinStandardHelpOptions = true)
public final class ServicesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "SERVICE[.NAMESPACE]",
      description = "Only this one (default: all).")
  private @Nullable String only;

  @Mixin private PlaneApi api;

  @Override
  public Integer call() throws Exception {
    var found = new JsonArray();
    JsonObject answer = PlaneApi.get(api.planes().get(0), "/api/services");
    for (JsonElement service : Json.list(answer, "services")) {
      if (isWanted(service.getAsJsonObject())) {
        found.add(service);
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (api.json()) {
      out.println(Json.pretty(found));
    } else {
      out.print(table(found));
    }
    out.flush();
    return only == null || isServed(found) ? 0 : 1;
  }

  private boolean isWanted(JsonObject service) {
    String name = Json.text(service, "name");
    String full = name + "." + Json.text(service, "namespace");
    return only == null || only.equals(name) || only.equals(full);
  }

  private static boolean isServed(JsonArray services) {
    for (JsonElement service : services) {
      for (JsonElement instance : Json.list(service.getAsJsonObject(), "instances")) {
        if (!Json.text(instance.getAsJsonObject(), "health").equals("lost")) {
          return true;
        }
      }
    }
    return false;
  }

  private static TextTable table(JsonArray services) {
    var table =
        new TextTable(
            "SERVICE",
            "INSTANCE",
            "HEALTH",
            "VERSION",
            "LOCALITY",
            "FROM",
            "REVISION",
            "CERTIFICATE UNTIL");
    for (JsonElement each : services) {
      JsonObject service = each.getAsJsonObject();
      String name = Json.text(service, "name") + "." + Json.text(service, "namespace");
      JsonArray instances = Json.list(service, "instances");
      if (instances.isEmpty()) {
        table.row(name, "none", "", "", "", "", "", "");
      }
      instances.forEach(it -> row(table, name, it.getAsJsonObject()));
    }
    return table;
  }

  private static void row(TextTable table, String service, JsonObject instance) {
    String host = Json.text(instance, "address");
    table.row(
        service,
        (host.contains(":") ? "[" + host + "]" : host) + ":" + Json.text(instance, "port"),
        Json.text(instance, "health"),
        Json.text(instance, "version"),
        Json.text(instance, "locality"),
        Json.text(instance, "registered").equals("true") ? "itself" : "files",
        Json.text(instance, "revision"),
        Json.text(instance, "certificate_expiry"));
  }
}
