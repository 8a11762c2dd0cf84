package io.inmesh.controlplane;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import io.inmesh.controlplane.config.ConfigFile;
import io.inmesh.controlplane.config.LastGood;
import io.inmesh.state.StateDirectory;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The texts of the last good files in the state directory, as JSON by name. They may hold private
 * keys, as the directory does anyway.
 */
final class KeptFiles implements LastGood {
  private static final System.Logger LOG = System.getLogger("io.inmesh.controlplane");
  private static final String NAME = "last-good.json";
  private static final int LIMIT = 1 << 28;
  private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();

  private final StateDirectory directory;

  KeptFiles(StateDirectory directory) {
    this.directory = directory;
  }

  @Override
  public Optional<List<ConfigFile>> recall() {
    try {
      return directory.read(NAME, LIMIT).map(KeptFiles::files);
    } catch (JsonParseException | IllegalStateException | UncheckedIOException unusable) {
      LOG.log(
          Level.WARNING,
          "the last good configuration cannot be used: {0}: {1}",
          directory.path().resolve(NAME),
          unusable.getMessage());
      return Optional.empty();
    }
  }

  private static List<ConfigFile> files(byte[] bytes) {
    Map<String, String> texts =
        JSON.fromJson(new String(bytes, StandardCharsets.UTF_8), new TypeToken<>() {});
    if (texts == null || texts.containsValue(null)) {
      throw new JsonParseException("it is damaged");
    }
    return texts.entrySet().stream()
        .map(one -> new ConfigFile(one.getKey(), one.getValue()))
        .toList();
  }

  @Override
  public void keep(List<ConfigFile> files) {
    var texts = new LinkedHashMap<String, String>();
    files.forEach(file -> texts.put(file.name(), file.text()));
    try {
      directory.write(NAME, JSON.toJson(texts).getBytes(StandardCharsets.UTF_8));
    } catch (UncheckedIOException failed) {
      LOG.log(Level.WARNING, "the last good configuration was not kept: {0}", failed.getMessage());
    }
  }
}
