package io.inmesh.cli.replay;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The world of one recording: takes its configs in and decides its requests. */
interface Decider {
  /** Takes a config in; null, or why it is refused. */
  @Nullable String accept(Map<?, ?> config);

  /**
   * Decides one request, in the words of the recording.
   *
   * @param seed of all its draws
   * @throws IllegalStateException if the call does not come to an end
   */
  Map<String, Object> decide(String config, Map<?, ?> recorded, long seed);
}
