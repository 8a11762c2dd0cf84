package io.inmesh.cli.command;

import io.inmesh.config.Address;
import io.inmesh.identity.JoinFile;
import io.inmesh.plane.Support;
import io.inmesh.runtime.member.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which a command becomes a member of the mesh. */
final class Joining {
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

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "Where identity and config are kept for the next start (default: nowhere).")
  private @Nullable Path state;

  @Option(
      names = "--certificate-life",
      defaultValue = "24h",
      converter = Durations.class,
      description = "How long certificates should live (default: ${DEFAULT-VALUE}).")
  private Duration certificateLife;

  @Option(
      names = "--support",
      defaultValue = "warn",
      paramLabel = "MODE",
      description =
          "What becomes of resources that are not honoured in full: strict (refused), warn, lenient"
              + " (default: ${DEFAULT-VALUE}).")
  private Support.Mode support;

  @Option(
      names = "--admin",
      paramLabel = "PORT",
      description = "Port of the admin endpoint on 127.0.0.1; 0 for any (default: none).")
  private @Nullable Integer admin;

  /**
   * A member that is still to be started.
   *
   * @throws IllegalArgumentException if the join file is malformed, naming it
   */
  Member.Builder member() throws IOException {
    JoinFile file;
    try {
      file = JoinFile.parse(Files.readString(join));
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(join + ": " + malformed.getMessage(), malformed);
    }
    if (!planes.isEmpty()) {
      file = file.withPlanes(planes);
    }
    Member.Builder joining = Member.join(file).certificateLife(certificateLife);
    if (state != null) {
      joining.stateDirectory(state);
    }
    joining.support(new Support(support, Map.of()));
    if (admin != null) {
      joining.admin(new Address("127.0.0.1", admin));
    }
    return joining;
  }
}
