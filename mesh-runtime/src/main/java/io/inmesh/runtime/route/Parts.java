package io.inmesh.runtime.route;

/** Makes what the engine hangs on a route, for instance the filters with the route's settings. */
public interface Parts<P> {
  /** Called once per entry when it is compiled; all of the entry but {@code parts} is ready. */
  P make(RouteEntry<P> entry);

  /** Whether parts made earlier may serve on; otherwise the virtual host is compiled again. */
  boolean upToDate(P parts);
}
