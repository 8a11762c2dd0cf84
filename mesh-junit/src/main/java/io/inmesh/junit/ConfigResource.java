package io.inmesh.junit;

import io.inmesh.controlplane.config.ConfigFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** The configuration file beside a test class. */
final class ConfigResource {
  private static final String SUFFIX = ".mesh.yaml";
  private static final String COMMON = "mesh.yaml";

  private ConfigResource() {}

  /**
   * The one that is named, or the one that is found.
   *
   * @param named empty if none is
   * @throws ExtensionConfigurationException if the one that is named is not there
   */
  static ConfigFile find(Class<?> type, String named) throws IOException {
    if (!named.isEmpty()) {
      ConfigFile file = read(type, named);
      if (file == null) {
        throw new ExtensionConfigurationException(
            "@MeshTest(\""
                + named
                + "\") of "
                + type.getName()
                + ": there is no resource "
                + path(type, named)
                + " on the class path");
      }
      return file;
    }
    for (String name : names(type)) {
      ConfigFile file = read(type, name);
      if (file != null) {
        return file;
      }
    }
    return new ConfigFile(COMMON, "");
  }

  /** That of a nested class comes before that of the class around it. */
  private static List<String> names(Class<?> type) {
    var names = new ArrayList<String>();
    for (Class<?> at = type; at != null; at = at.getEnclosingClass()) {
      names.add(at.getSimpleName() + SUFFIX);
    }
    names.add(COMMON);
    return names;
  }

  private static @Nullable ConfigFile read(Class<?> type, String name) throws IOException {
    try (InputStream in = type.getResourceAsStream(name)) {
      return in == null
          ? null
          : new ConfigFile(path(type, name), new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static String path(Class<?> type, String name) {
    return name.startsWith("/")
        ? name.substring(1)
        : type.getPackageName().replace('.', '/') + "/" + name;
  }
}
