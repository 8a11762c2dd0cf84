package io.inmesh.controlplane.ads;

import io.inmesh.config.Resource;
import java.time.Instant;
import java.util.Map;

/**
 * How far a connected node has got.
 *
 * @param variant of the protocol, {@code delta} or {@code state-of-the-world}
 * @param since when its stream was opened
 */
public record NodeStatus(
    ServedNode node, String variant, Instant since, Map<Resource.Type, OfType> types) {
  public NodeStatus {
    types = Map.copyOf(types);
  }

  /**
   * One type.
   *
   * @param resources how many the node has
   * @param sentRevision of the last response
   * @param acceptedRevision of the last response that the node accepted whole
   * @param rejection why the node refused part of the last one that it answered; empty if it did
   *     not
   * @param pending whether the node is still to get, or to confirm, something
   */
  public record OfType(
      int resources,
      String sentRevision,
      String acceptedRevision,
      String rejection,
      boolean pending) {}
}
