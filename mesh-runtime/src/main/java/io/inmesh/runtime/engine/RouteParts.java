package io.inmesh.runtime.engine;

import io.inmesh.call.HttpFilter;
import io.inmesh.runtime.route.Parts;
import io.inmesh.runtime.route.RouteEntry;
import org.jspecify.annotations.Nullable;

/**
 * What the engine hangs on a route: filters with the route's own settings, at the places of the
 * chain's filters. Null where the chain's own filter runs; {@link #OFF} where none does.
 */
public final class RouteParts {
  /** Nothing of its own. */
  public static final RouteParts NONE = new RouteParts(new HttpFilter[0]);

  /** The place of a filter that a route switches off. */
  public static final HttpFilter OFF = new HttpFilter() {};

  /** No route has anything of its own. */
  static final Parts<RouteParts> NOWHERE =
      new Parts<>() {
        @Override
        public RouteParts make(RouteEntry<RouteParts> entry) {
          return NONE;
        }

        @Override
        public boolean upToDate(RouteParts parts) {
          return true;
        }
      };

  private final @Nullable HttpFilter[] filters;

  public RouteParts(@Nullable HttpFilter[] filters) {
    this.filters = filters.clone();
  }

  @Nullable HttpFilter filter(int index) {
    return index < filters.length ? filters[index] : null;
  }
}
