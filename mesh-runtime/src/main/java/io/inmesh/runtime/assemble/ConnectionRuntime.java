package io.inmesh.runtime.assemble;

import io.inmesh.config.RouteConfiguration;
import io.inmesh.runtime.engine.HttpChain;
import io.inmesh.runtime.engine.RouteParts;
import io.inmesh.runtime.live.Scope;
import io.inmesh.runtime.route.RouteSettings;
import io.inmesh.runtime.route.RouteTable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP connection manager made runnable, and the live parts that it uses.
 *
 * @param routes null if there is no such route configuration
 * @param scope what its own filters keep
 * @param overrides what the filters keep that routes have of their own; by identity
 */
record ConnectionRuntime(
    RouteSettings settings,
    HttpChain chain,
    @Nullable RouteTable<RouteParts> routes,
    Scope scope,
    Map<RouteParts, Scope> overrides) {
  /** Whether the same routes would be compiled. */
  boolean hasRoutes(@Nullable RouteConfiguration wanted, RouteSettings by) {
    return routes != null && routes.config() == wanted && settings.equals(by);
  }
}
