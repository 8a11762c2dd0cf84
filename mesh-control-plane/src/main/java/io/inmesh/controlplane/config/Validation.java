package io.inmesh.controlplane.config;

import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.controlplane.config.problem.Problem.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Says what is wrong with configuration files, without applying them. */
public final class Validation {
  private Validation() {}

  /**
   * What is wrong with files, and with all files in directories, taken together.
   *
   * @return errors and warnings in the order of the files; none if all is well
   */
  public static List<Problem> validate(List<Path> paths) {
    var files = new ArrayList<ConfigFile>();
    var unreadable = new ArrayList<Problem>();
    for (Path path : paths) {
      try {
        if (Files.isDirectory(path)) {
          files.addAll(ConfigFiles.read(path, path.toString() + "/"));
        } else {
          files.add(new ConfigFile(path.toString(), ConfigFiles.text(path)));
        }
      } catch (IOException e) {
        unreadable.add(
            new Problem(path.toString(), 0, 0, "", "", "cannot be read: " + e, Severity.ERROR));
      }
    }
    unreadable.addAll(new MeshReader().read(files).problems());
    return unreadable;
  }
}
