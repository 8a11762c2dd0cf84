package io.inmesh.cli.command;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** Asks control planes over their API. */
public final class PlaneApi {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Option(
      names = "--plane",
      split = ",",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:15014",
      description =
          "Where a control plane's API is; may be repeated (default: ${DEFAULT-VALUE}). It is"
              + " printed as http=PORT when the control plane starts.")
  private List<URI> planes = List.of();

  @Option(names = "--json", description = "JSON instead of a table.")
  private boolean json;

  /** The planes to ask. */
  List<URI> planes() {
    return planes;
  }

  /** Whether JSON is wanted. */
  boolean json() {
    return json;
  }

  /**
   * A page of the API.
   *
   * @throws IOException if the plane cannot be reached, or answers something else; the message
   *     names it
   */
  static JsonObject get(URI plane, String path) throws IOException, InterruptedException {
    HttpResponse<String> answer;
    try {
      answer =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(PATIENCE)
              .build()
              .send(
                  HttpRequest.newBuilder(plane.resolve(path)).timeout(PATIENCE).build(),
                  HttpResponse.BodyHandlers.ofString());
    } catch (IOException | IllegalArgumentException unreachable) {
      throw new IOException(plane + " cannot be reached: " + reason(unreachable), unreachable);
    }
    if (answer.statusCode() != 200) {
      throw new IOException(plane + " answers " + answer.statusCode() + ": " + answer.body());
    }
    try {
      return JsonParser.parseString(answer.body()).getAsJsonObject();
    } catch (RuntimeException foreign) {
      throw new IOException(plane + " is no control plane of Inmesh: " + reason(foreign), foreign);
    }
  }

  private static String reason(Exception failed) {
    return failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
  }
}
