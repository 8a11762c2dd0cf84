package io.inmesh.controlplane.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;

/** The configuration files of a directory. */
final class ConfigFiles {
  private static final int MAX_DEPTH = 8;
  private static final int MAX_BYTES = 8 * 1024 * 1024;
  private static final int SHOWN_HASH = 6;

  private ConfigFiles() {}

  /**
   * What a directory holds; hidden files and directories, and files of other kinds, are left out.
   *
   * @param files in the order of their names
   * @param directories it and those below it
   */
  record Tree(List<Path> files, List<Path> directories) {
    /** What changes when a file does, without reading it. */
    List<String> fingerprint() throws IOException {
      var prints = new ArrayList<String>();
      for (Path file : files) {
        prints.add(ConfigFiles.fingerprint(file));
      }
      return prints;
    }
  }

  /**
   * Walks a directory and those below it.
   *
   * @throws IOException if one cannot be read, or they are nested too deep
   */
  static Tree tree(Path directory) throws IOException {
    var files = new ArrayList<Path>();
    var directories = new ArrayList<Path>();
    Files.walkFileTree(
        directory,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        MAX_DEPTH,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes) {
            if (!at.equals(directory) && isHidden(at)) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            directories.add(at);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path at, BasicFileAttributes attributes)
              throws IOException {
            if (isHidden(at)) {
              return FileVisitResult.CONTINUE;
            }
            if (attributes.isDirectory()) {
              throw new IOException(
                  at + " is nested too deep: " + MAX_DEPTH + " directories at most");
            }
            if (attributes.isRegularFile() && isConfig(at)) {
              files.add(at);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path at, IOException failed) throws IOException {
            boolean matters = at.equals(directory) || !isHidden(at);
            // What was removed while we looked is not there.
            if (matters && (at.equals(directory) || !(failed instanceof NoSuchFileException))) {
              throw failed;
            }
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(null);
    return new Tree(files, directories);
  }

  private static boolean isHidden(Path path) {
    return name(path).startsWith(".");
  }

  private static String name(Path path) {
    Path last = path.getFileName();
    return last == null ? "" : last.toString();
  }

  private static boolean isConfig(Path path) {
    String name = name(path);
    return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
  }

  static String fingerprint(Path file) throws IOException {
    var attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return file
        + " "
        + attributes.size()
        + " "
        + attributes.lastModifiedTime()
        + " "
        + attributes.fileKey();
  }

  /** Reads all files; their names begin with {@code prefix} and not with the directory. */
  static List<ConfigFile> read(Path directory, String prefix) throws IOException {
    var files = new ArrayList<ConfigFile>();
    for (Path file : tree(directory).files()) {
      files.add(new ConfigFile(prefix + directory.relativize(file), text(file)));
    }
    return files;
  }

  /** A file's text, which is UTF-8. */
  static String text(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(file + " is longer than " + MAX_BYTES + " bytes");
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is not UTF-8", e);
    }
  }

  /** A hash of names and contents. */
  static String hash(List<ConfigFile> files) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (ConfigFile file : files) {
        for (String part : List.of(file.name(), file.text())) {
          byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
          digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
          digest.update(bytes);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** As much of a hash as people are shown. */
  static String shown(String hash) {
    return hash.substring(0, SHOWN_HASH);
  }
}
