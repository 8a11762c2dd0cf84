package io.inmesh.plane;

import io.inmesh.config.Locality;
import java.util.List;
import java.util.Map;

/**
 * What the calls of a cluster came to since the last report. Source:
 * envoy.config.endpoint.v3.ClusterStats.
 *
 * @param service by which its endpoints are asked for; empty if they are not
 * @param dropped calls refused for the plane's {@code drop_overloads}, by category
 */
public record ClusterLoad(
    String cluster, String service, List<LocalityLoad> localities, Map<String, Long> dropped) {
  public ClusterLoad {
    localities = List.copyOf(localities);
    dropped = Map.copyOf(dropped);
  }

  /**
   * Of the hosts of one locality.
   *
   * @param issued attempts that began since the last report
   * @param successful ended with an answer below 500
   * @param failed ended with 500 and above, or without an answer
   * @param inProgress under way now
   */
  public record LocalityLoad(
      Locality locality,
      int priority,
      long issued,
      long successful,
      long failed,
      long inProgress) {}
}
