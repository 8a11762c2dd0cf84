package io.inmesh.cli.replay;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.ToNumberPolicy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The lines of recordings as JSON. */
final class Lines {
  private static final List<String> ANSWERS =
      List.of("expect", "accepted", "error", "histogram", "unstable", "random_cluster");

  private final Gson gson =
      new GsonBuilder()
          .disableHtmlEscaping()
          .serializeNulls()
          .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
          .create();

  /**
   * A line without its answers.
   *
   * @throws IllegalArgumentException if it is no JSON object
   */
  Map<String, Object> question(String text) {
    try {
      var line = new LinkedHashMap<String, Object>();
      if (gson.fromJson(text, Object.class) instanceof Map<?, ?> map) {
        map.forEach((key, value) -> line.put(String.valueOf(key), value));
        ANSWERS.forEach(line::remove);
        return line;
      }
    } catch (JsonParseException notJson) {
      throw new IllegalArgumentException("not JSON: " + notJson.getMessage(), notJson);
    }
    throw new IllegalArgumentException("not a JSON object");
  }

  String text(Map<String, Object> line) {
    return gson.toJson(line);
  }
}
