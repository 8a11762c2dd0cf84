package io.inmesh.call;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * How the mesh handled one call, in the words of Envoy's access log.
 *
 * @param flags response flags ({@code %RESPONSE_FLAGS%}); empty for an ordinary answer
 * @param details {@code %RESPONSE_CODE_DETAILS%}, for instance {@code via_upstream}
 * @param route the route's name; empty if none matched or it has none
 * @param cluster the cluster's name; empty if none was chosen
 * @param endpoint {@code ip:port} of the last attempt; empty if there was none
 * @param attempts how many times the request was tried
 * @param revision the revision of the config that decided
 * @param duration from the start of the call until this was taken
 */
public record Outcome(
    Set<Flag> flags,
    String details,
    String route,
    String cluster,
    String endpoint,
    int attempts,
    String revision,
    Duration duration) {
  public Outcome {
    flags = flags.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(flags));
  }
}
