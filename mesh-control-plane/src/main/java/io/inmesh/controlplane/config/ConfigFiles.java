package io.inmesh.controlplane.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The configuration files of a directory. */
final class ConfigFiles {
  private static final int MAX_DEPTH = 8;
  private static final int MAX_BYTES = 8 * 1024 * 1024;
  private static final int SHOWN_HASH = 6;

  private ConfigFiles() {}

  /**
   * All files of it and of the directories below it, by name; hidden ones and other kinds are left
   * out.
   */
  static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory, MAX_DEPTH, FileVisitOption.FOLLOW_LINKS)) {
      return walk.filter(path -> isConfig(directory.relativize(path)))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (java.io.UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** The directory and those below it. */
  static List<Path> directories(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory, MAX_DEPTH, FileVisitOption.FOLLOW_LINKS)) {
      return walk.filter(Files::isDirectory).toList();
    } catch (java.io.UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isConfig(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    String name = relative.toString();
    return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
  }

  /** What changes when a file does, without reading it. */
  static List<String> fingerprint(Path directory) throws IOException {
    var prints = new ArrayList<String>();
    for (Path file : list(directory)) {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      prints.add(
          file
              + " "
              + attributes.size()
              + " "
              + attributes.lastModifiedTime()
              + " "
              + attributes.fileKey());
    }
    return prints;
  }

  /** Reads all files; their names begin with {@code prefix} and not with the directory. */
  static List<ConfigFile> read(Path directory, String prefix) throws IOException {
    var files = new ArrayList<ConfigFile>();
    for (Path file : list(directory)) {
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

  /** A short hash of names and contents. */
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
      return HexFormat.of().formatHex(digest.digest()).substring(0, SHOWN_HASH);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
