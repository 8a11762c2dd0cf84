package io.inmesh.xds.codec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The fields that the decision note gives a reason for; its table is read. */
final class LeftAside {
  private static final Path NOTE =
      Path.of("..", "docs", "decisions", "0030-fields-that-are-left-aside.md");
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  private LeftAside() {}

  /** The lines of support reports whose field the note does not know. */
  static List<String> without(Collection<String> unsupported) {
    List<String> noted = noted();
    return unsupported.stream()
        .filter(field -> noted.stream().noneMatch(name -> isAbout(field, name)))
        .toList();
  }

  /** Whether a report's last field, or the type that it names, is this. */
  private static boolean isAbout(String field, String name) {
    return field.endsWith(name)
        || field.endsWith(name + " is left out")
        || field.contains(name + ": ");
  }

  private static List<String> noted() {
    var names = new ArrayList<String>();
    try {
      for (String line : Files.readAllLines(NOTE)) {
        if (line.startsWith("| ")) {
          Matcher name = NAME.matcher(line.substring(0, line.indexOf('|', 1)));
          while (name.find()) {
            names.add(name.group(1));
          }
        }
      }
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
    return names;
  }
}
