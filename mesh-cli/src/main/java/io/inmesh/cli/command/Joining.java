package io.inmesh.cli.command;

import io.inmesh.config.Address;
import io.inmesh.config.Locality;
import io.inmesh.identity.JoinFile;
import io.inmesh.plane.Support;
import io.inmesh.runtime.member.Member;
import io.inmesh.runtime.member.MemberBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options by which a command becomes a member of the mesh. */
final class Joining {
  @Mixin private JoinFileOption joinFile;

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

  @Option(
      names = "--locality",
      defaultValue = "",
      paramLabel = "REGION/ZONE/SUBZONE",
      description = "Where this process runs (default: nowhere).")
  private String locality;

  /**
   * A member that is still to be started.
   *
   * @throws IllegalArgumentException if the join file is malformed, naming it
   */
  MemberBuilder member() throws IOException {
    JoinFile file = joinFile.read();
    MemberBuilder joining = Member.join(file).certificateLife(certificateLife);
    if (state != null) {
      joining.stateDirectory(state);
    }
    joining.locality(Locality.parse(locality));
    joining.support(new Support(support, Map.of()));
    if (admin != null) {
      joining.admin(new Address("127.0.0.1", admin));
    }
    return joining;
  }

  /** Waits for a certificate. Without one, what needs none may still work. */
  static void awaitIdentity(Member member, Duration most, CommandSpec spec)
      throws InterruptedException {
    try {
      member.awaitIdentity(most);
    } catch (IllegalStateException none) {
      String command = spec.qualifiedName();
      spec.commandLine().getErr().println(command + ": " + none.getMessage());
    }
  }
}
