package io.inmesh.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory that only its owner can read: mode 0700, files 0600. Files are replaced whole, by an
 * atomic rename, so that a reader, or a run after a crash, sees the old or the new one. A directory
 * or file of another owner, or one that others may enter or read, is refused: secrets may have
 * leaked, or config may have been planted. On file systems without POSIX permissions only the
 * atomicity holds.
 */
public final class StateDirectory {
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

  private final Path path;
  private final boolean posix;
  private final @Nullable UserPrincipal me;

  /**
   * Opens a directory; makes it, and its parents, if it does not exist.
   *
   * @throws IllegalStateException if it belongs to another user, is open to others, or is no
   *     directory
   * @throws UncheckedIOException if it cannot be made or read
   */
  public StateDirectory(Path path) {
    this.path = path;
    try {
      Path above = path.toAbsolutePath().getParent();
      if (above != null) {
        Files.createDirectories(above);
      }
      this.posix =
          Files.getFileAttributeView(above == null ? path : above, PosixFileAttributeView.class)
              != null;
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        if (posix) {
          Files.createDirectory(path, PosixFilePermissions.asFileAttribute(DIRECTORY));
          Files.setPosixFilePermissions(path, DIRECTORY);
        } else {
          Files.createDirectory(path);
        }
      }
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new IllegalStateException("not a directory: " + path);
      }
      this.me = posix ? self() : null;
      check(path, DIRECTORY);
    } catch (IOException failed) {
      throw new UncheckedIOException("state directory " + path + ": " + failed, failed);
    }
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** A directory in it, with the same rules. */
  public StateDirectory directory(String name) {
    return new StateDirectory(path.resolve(name));
  }

  /**
   * The bytes of a file; empty if there is none.
   *
   * @param limit the most bytes to read
   * @throws IllegalStateException if it belongs to another user, is open to others, or is larger
   *     than the limit
   * @throws UncheckedIOException if it cannot be read
   */
  public Optional<byte[]> read(String name, int limit) {
    Path file = path.resolve(name);
    try {
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return Optional.empty();
      }
      check(file, FILE);
      if (Files.size(file) > limit) {
        throw new IllegalStateException(file + " is larger than " + limit + " bytes");
      }
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    } catch (IOException failed) {
      throw new UncheckedIOException(file + ": " + failed, failed);
    }
  }

  /**
   * Replaces a file, or makes it. After a return the bytes are on the disk.
   *
   * @throws UncheckedIOException if it cannot be written; the old file is still there
   */
  public void write(String name, byte[] bytes) {
    Path file = path.resolve(name);
    try {
      Path fresh =
          posix
              ? Files.createTempFile(
                  path, "." + name, ".new", PosixFilePermissions.asFileAttribute(FILE))
              : Files.createTempFile(path, "." + name, ".new");
      try {
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
          ByteBuffer left = ByteBuffer.wrap(bytes);
          while (left.hasRemaining()) {
            channel.write(left);
          }
          channel.force(true);
        }
        Files.move(
            fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectory();
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(file + ": " + failed, failed);
    }
  }

  /** A rename is on the disk when the directory is; not every system can be asked for that. */
  private void syncDirectory() throws IOException {
    if (posix) {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Removes a file; nothing happens if there is none. */
  public void delete(String name) {
    try {
      Files.deleteIfExists(path.resolve(name));
    } catch (IOException failed) {
      throw new UncheckedIOException(path.resolve(name) + ": " + failed, failed);
    }
  }

  /**
   * Who we are: the owner of a file that we make. A user of a container may have no name to look
   * up.
   */
  private UserPrincipal self() throws IOException {
    Path probe =
        Files.createTempFile(path, ".owner", "", PosixFilePermissions.asFileAttribute(FILE));
    try {
      return Files.getOwner(probe);
    } finally {
      Files.delete(probe);
    }
  }

  private void check(Path what, Set<PosixFilePermission> allowed) throws IOException {
    if (!posix) {
      return;
    }
    PosixFileAttributes found =
        Files.readAttributes(what, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (found.isSymbolicLink()) {
      throw new IllegalStateException(what + " is a symbolic link");
    }
    if (!found.owner().equals(me)) {
      throw new IllegalStateException(what + " belongs to " + found.owner() + ", not to " + me);
    }
    Set<PosixFilePermission> more = EnumSet.copyOf(found.permissions());
    more.removeAll(allowed);
    if (!more.isEmpty()) {
      throw new IllegalStateException(
          what
              + " is open to others ("
              + PosixFilePermissions.toString(found.permissions())
              + "); expected "
              + PosixFilePermissions.toString(allowed));
    }
  }
}
