package io.inmesh.controlplane;

import io.inmesh.controlplane.config.ConfigDirectory;
import io.inmesh.controlplane.config.Generation;
import io.inmesh.controlplane.config.problem.Problem;
import io.inmesh.state.StateDirectory;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Remembers the number of the last generation, so that numbers go on rising over restarts. */
final class RevisionFile implements ConfigDirectory.Listener {
  private static final System.Logger LOG = System.getLogger("io.inmesh.controlplane");
  private static final String NAME = "generation";
  private static final int LIMIT = 64;

  private final StateDirectory directory;

  RevisionFile(StateDirectory directory) {
    this.directory = directory;
  }

  /** One more than the last; 1 if there was none. */
  long next() {
    try {
      return directory
          .read(NAME, LIMIT)
          .map(bytes -> Long.parseLong(new String(bytes, StandardCharsets.US_ASCII).strip()) + 1)
          .orElse(1L);
    } catch (NumberFormatException damaged) {
      LOG.log(
          Level.WARNING,
          "{0} is damaged; generations are counted from 1",
          directory.path().resolve(NAME));
      return 1;
    }
  }

  @Override
  public void taken(Generation generation) {
    try {
      directory.write(
          NAME, String.valueOf(generation.number()).getBytes(StandardCharsets.US_ASCII));
    } catch (UncheckedIOException failed) {
      LOG.log(Level.WARNING, "the number of the generation was not kept: {0}", failed.getMessage());
    }
  }

  @Override
  public void refused(List<Problem> problems) {}
}
