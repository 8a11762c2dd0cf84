package io.inmesh.cli.command;

import io.inmesh.identity.JoinFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The options by which a command finds its control plane and proves its service. */
final class JoinFileOption {
  @Option(
      names = "--join",
      required = true,
      paramLabel = "FILE",
      description = "Join file of the service that this process is of.")
  private Path join;

  @Option(
      names = "--plane",
      split = ",",
      paramLabel = "HOST:PORT",
      description =
          "Another control plane than the join file names. May be repeated: the first that can be"
              + " reached serves.")
  private List<String> planes = List.of();

  /**
   * The join file, with the planes of the options.
   *
   * @throws IllegalArgumentException if it is malformed, naming it
   */
  JoinFile read() throws IOException {
    JoinFile file;
    try {
      file = JoinFile.parse(Files.readString(join));
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(join + ": " + malformed.getMessage(), malformed);
    }
    return planes.isEmpty() ? file : file.withPlanes(planes);
  }
}
