package io.inmesh.benchmarks.drive;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.inmesh.benchmarks.load.Memory;
import io.inmesh.benchmarks.load.Window;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file with one JSON object a line: first the machine, then whatever was measured. */
final class Results implements AutoCloseable {
  private final Gson json = new Gson();
  private final BufferedWriter out;

  /** Opens a file; appends if it is there. */
  Results(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    out = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  void window(String label, int round, Window window) {
    JsonObject line = json.toJsonTree(window).getAsJsonObject();
    line.addProperty("label", label);
    line.addProperty("round", round);
    write("window", line);
  }

  void memory(String label, Memory memory) {
    JsonObject line = json.toJsonTree(memory).getAsJsonObject();
    line.addProperty("label", label);
    write("memory", line);
  }

  /** Any record, under a name for its kind. */
  void write(String kind, Object value) {
    JsonObject line = new JsonObject();
    line.addProperty("kind", kind);
    json.toJsonTree(value)
        .getAsJsonObject()
        .entrySet()
        .forEach(it -> line.add(it.getKey(), it.getValue()));
    try {
      out.write(json.toJson(line));
      out.newLine();
      out.flush();
    } catch (IOException full) {
      throw new UncheckedIOException(full);
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
