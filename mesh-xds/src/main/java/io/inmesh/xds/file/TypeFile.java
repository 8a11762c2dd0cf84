package io.inmesh.xds.file;

import io.inmesh.config.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The file of one type. Owner: the config loop. */
final class TypeFile {
  private static final long MOST_BYTES = 256L << 20;
  private static final Map<Resource.Type, String> NAMES =
      Map.of(
          Resource.Type.LISTENER, "lds.json",
          Resource.Type.ROUTES, "rds.json",
          Resource.Type.CLUSTER, "cds.json",
          Resource.Type.ENDPOINTS, "eds.json",
          Resource.Type.SECRET, "sds.json",
          Resource.Type.EXTENSION, "ecds.json",
          Resource.Type.RUNTIME, "rtds.json",
          Resource.Type.VIRTUAL_HOST, "vhds.json");

  private final Path directory;
  private final Path path;
  private @Nullable Stamp seen;

  /** What tells one state of a file from another, a symbolic link that now leads elsewhere too. */
  private record Stamp(Path real, @Nullable Object file, FileTime changed, long size) {}

  TypeFile(Path directory, Resource.Type type) {
    this.directory = directory;
    this.path = directory.resolve(NAMES.get(type));
  }

  Path path() {
    return path;
  }

  /**
   * The text, if it is another than the last time; null if not, or if there is no file.
   *
   * @throws IOException if it cannot be read, or stands outside of the directory
   */
  @Nullable String changed() throws IOException {
    Path real;
    try {
      real = path.toRealPath();
    } catch (NoSuchFileException none) {
      return null;
    }
    var attributes = Files.readAttributes(real, BasicFileAttributes.class);
    var now =
        new Stamp(real, attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
    if (now.equals(seen)) {
      return null;
    }
    seen = now;
    if (!real.startsWith(directory.toRealPath())) {
      throw new IOException(path + " leads out of its directory");
    }
    if (attributes.size() > MOST_BYTES) {
      throw new IOException(path + " is too large");
    }
    return Files.readString(real);
  }
}
