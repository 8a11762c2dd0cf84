package io.inmesh.controlplane.registry;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import io.inmesh.state.StateDirectory;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The registry on disk, as JSON. Writes are made on an executor of their own; of several that wait
 * only the last is made.
 */
public final class RegistryFile {
  private static final System.Logger LOG = System.getLogger("io.inmesh.registry");
  private static final String NAME = "registry.json";
  private static final int LIMIT = 1 << 26;
  private static final Gson JSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private final StateDirectory directory;
  private final Executor writer;
  private final AtomicReference<@Nullable List<Registration>> waiting = new AtomicReference<>();

  /**
   * A registry in a directory.
   *
   * @param writer runs one task at a time
   */
  public RegistryFile(StateDirectory directory, Executor writer) {
    this.directory = directory;
    this.writer = writer;
  }

  /** What was written last; null if there is no file, or none that can be used. */
  @Nullable List<Registration> read() {
    try {
      byte[] bytes = directory.read(NAME, LIMIT).orElse(null);
      if (bytes == null) {
        return null;
      }
      List<Map<String, Object>> kept =
          JSON.fromJson(new String(bytes, StandardCharsets.UTF_8), new TypeToken<>() {});
      var registrations = new ArrayList<Registration>();
      for (Map<String, Object> one : kept) {
        registrations.add(Registration.of(one));
      }
      return registrations;
    } catch (JsonParseException
        | IllegalArgumentException
        | IllegalStateException
        | UncheckedIOException unusable) {
      LOG.log(
          Level.WARNING,
          "the registry file cannot be used and is passed over: {0}",
          unusable.getMessage());
      return null;
    }
  }

  void write(List<Registration> registrations) {
    if (waiting.getAndSet(registrations) == null) {
      writer.execute(this::writeLast);
    }
  }

  private void writeLast() {
    List<Registration> last = waiting.getAndSet(null);
    if (last == null) {
      return;
    }
    try {
      String text = JSON.toJson(last.stream().map(Registration::toMetadata).toList());
      directory.write(NAME, text.getBytes(StandardCharsets.UTF_8));
    } catch (UncheckedIOException failed) {
      LOG.log(Level.WARNING, "the registry could not be written: {0}", failed.getMessage());
    }
  }
}
