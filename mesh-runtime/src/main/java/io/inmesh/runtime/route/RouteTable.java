package io.inmesh.runtime.route;

import io.inmesh.config.RouteConfiguration;
import org.jspecify.annotations.Nullable;

/** A route configuration made ready for matching. Immutable. */
public final class RouteTable<P> {
  /**
   * Compiles routes.
   *
   * @param previous an earlier table whose virtual hosts are reused where nothing changed, or null
   * @throws IllegalArgumentException naming the virtual host and route that cannot be compiled;
   *     does not happen for config that the codec let pass
   */
  public RouteTable(
      RouteConfiguration config,
      RouteSettings settings,
      Parts<P> parts,
      @Nullable RouteTable<P> previous) {}

  /**
   * The first route that matches, with the share of its split drawn; null if none does. A virtual
   * host that demands TLS answers with a redirecting entry. Allocates nothing.
   */
  public @Nullable RouteEntry<P> match(RouteInput call) {
    throw new UnsupportedOperationException();
  }

  /** What was compiled. */
  public RouteConfiguration config() {
    throw new UnsupportedOperationException();
  }
}
