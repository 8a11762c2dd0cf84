package io.inmesh.config;

import java.util.Map;
import java.util.Set;

/**
 * What a caller gets instead of a failure: once a call, after all tries. Beyond Envoy.
 *
 * @param on which failures; {@link Failures#WITHOUT_ANSWER} by default
 */
public record Fallback(Failures on, Target target) {
  /** What stands in. */
  public sealed interface Target {
    /** What must be known before it can be served. */
    Set<Resource.Key> references();
  }

  /**
   * The request goes there, if its body is still known and there is time left; it is not tried
   * again there.
   */
  public record ToCluster(String cluster) implements Target {
    @Override
    public Set<Resource.Key> references() {
      return Set.of(new Resource.Key(Resource.Type.CLUSTER, cluster));
    }
  }

  /**
   * An answer.
   *
   * @param status 200 to 599
   * @param headers by lower-case name
   */
  public record Answer(int status, Map<String, String> headers, String body) implements Target {
    public Answer {
      headers = Map.copyOf(headers);
    }

    @Override
    public Set<Resource.Key> references() {
      return Set.of();
    }
  }
}
