package io.inmesh.cli.command;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/** Reading of answers in JSON, where what is absent is empty. */
final class Json {
  private static final Gson PRETTY =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private Json() {}

  static String text(JsonObject of, String name) {
    JsonElement value = of.get(name);
    return value == null || value.isJsonNull() ? "" : value.getAsString();
  }

  static JsonArray list(JsonObject of, String name) {
    return of.has(name) ? of.getAsJsonArray(name) : new JsonArray();
  }

  static JsonObject object(JsonObject of, String name) {
    return of.has(name) ? of.getAsJsonObject(name) : new JsonObject();
  }

  static String pretty(JsonElement value) {
    return PRETTY.toJson(value);
  }
}
