package io.inmesh.controlplane.config.model;

import io.inmesh.controlplane.config.problem.Position;

/**
 * What a part of the mesh was read from.
 *
 * @param created seconds since the epoch at which it was created, as its metadata say; {@link
 *     Long#MAX_VALUE} if they do not
 * @param order of reading; decides among those that were created at the same time
 */
public record Origin(
    String kind, String namespace, String name, Position position, long created, int order)
    implements Comparable<Origin> {
  /** The older one is less. */
  @Override
  public int compareTo(Origin other) {
    int byTime = Long.compare(created, other.created);
    return byTime != 0 ? byTime : Integer.compare(order, other.order);
  }
}
