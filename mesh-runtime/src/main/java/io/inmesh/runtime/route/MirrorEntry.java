package io.inmesh.runtime.route;

/** A compiled mirror policy. */
public abstract class MirrorEntry {
  /** Whether this call is mirrored. */
  public abstract boolean wanted(RouteInput call);

  /** The cluster's name; "" if the request's header does not name one. */
  public abstract String cluster(RouteInput call);

  /** Makes the copy of the finalized request the mirror's own. */
  public abstract void finalizeCopy(RequestEdit copy);
}
