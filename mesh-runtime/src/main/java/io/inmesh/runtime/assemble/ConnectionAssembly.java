package io.inmesh.runtime.assemble;

import io.inmesh.call.HttpFilter;
import io.inmesh.config.Action.Forward;
import io.inmesh.config.DiscoveredFilter;
import io.inmesh.config.Extension;
import io.inmesh.config.FilterOverride;
import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.runtime.engine.HttpChain;
import io.inmesh.runtime.engine.RouteParts;
import io.inmesh.runtime.filter.FilterTypes;
import io.inmesh.runtime.filter.Place;
import io.inmesh.runtime.live.Scope;
import io.inmesh.runtime.route.RouteEntry;
import io.inmesh.runtime.route.RouteSettings;
import io.inmesh.runtime.route.RouteTable;
import io.inmesh.runtime.stage.Errands;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the filters and the routes of one HTTP connection manager. Virtual hosts that did not
 * change stay the same objects, and so do the filters that hang on them. Owner paths use positions,
 * because names may repeat. Used once.
 */
final class ConnectionAssembly implements io.inmesh.runtime.route.Parts<RouteParts> {
  private static final HttpConnection.Routes ELSEWHERE = new HttpConnection.RoutesByName("");

  private final FilterTypes types;
  private final Errands errands;
  private final String owner;
  private final RouteSettings settings;
  private final List<HttpConnection.Filter> filters;
  private final Scope scope;
  private final @Nullable ConnectionRuntime last;
  private final IdentityHashMap<RouteParts, Scope> overrides = new IdentityHashMap<>();

  /**
   * An assembly.
   *
   * @param owner the path of this connection manager
   * @param scope empty
   * @param last the form before, or null
   */
  ConnectionAssembly(
      Parts parts,
      HttpConnection connection,
      String owner,
      Scope scope,
      @Nullable ConnectionRuntime last) {
    this.types = parts.filters();
    this.errands = parts.errands();
    this.owner = owner;
    this.settings =
        new RouteSettings(
            withoutRoutes(connection), router(connection), parts.runtime(), parts.process());
    this.filters =
        connection.filters().stream()
            .filter(filter -> !(filter.settings() instanceof Filters.Router))
            .toList();
    this.scope = scope;
    this.last = last;
  }

  /** Routes do not depend on routes: what is in the listener itself is kept as well. */
  private static HttpConnection withoutRoutes(HttpConnection connection) {
    return new HttpConnection(
        connection.filters(),
        ELSEWHERE,
        connection.path(),
        connection.host(),
        connection.forwarding(),
        connection.limits());
  }

  private static Filters.Router router(HttpConnection connection) {
    for (HttpConnection.Filter filter : connection.filters()) {
      if (filter.settings() instanceof Filters.Router router) {
        return router;
      }
    }
    return Filters.Router.DEFAULT;
  }

  /**
   * The running form.
   *
   * @param routes null if the plane says that there are none
   */
  ConnectionRuntime make(@Nullable RouteConfiguration routes, int port) {
    var own = new HttpFilter[filters.size()];
    for (int i = 0; i < own.length; i++) {
      HttpConnection.Filter filter = filters.get(i);
      own[i] =
          filter.disabled()
              ? RouteParts.OFF
              : make(filter, place(owner(filter), scope, Place.Limits.NONE));
    }
    RouteTable<RouteParts> table = routes == null ? null : table(routes);
    return new ConnectionRuntime(
        settings, new HttpChain(own, table, settings, port), table, scope, overrides);
  }

  /**
   * Settings that were to come on their own, and that there are none of, are still of that type.
   */
  private HttpFilter make(HttpConnection.Filter filter, Place place) {
    return filter.settings() instanceof DiscoveredFilter
        ? MissingFilter.IT
        : types.make(filter.settings(), place);
  }

  private String owner(HttpConnection.Filter filter) {
    return owner + "/" + filter.name();
  }

  private RouteTable<RouteParts> table(RouteConfiguration routes) {
    RouteTable<RouteParts> before = last == null ? null : last.routes();
    if (last != null && before != null && last.hasRoutes(routes, settings)) {
      last.overrides().forEach(overrides::put);
      return before;
    }
    return new RouteTable<>(routes, settings, this, before);
  }

  @Override
  public RouteParts make(RouteEntry<RouteParts> entry) {
    var own = new @Nullable HttpFilter[filters.size()];
    Scope kept = scope.next();
    boolean any = false;
    for (int i = 0; i < own.length; i++) {
      HttpConnection.Filter filter = filters.get(i);
      FilterOverride override = entry.override(filter.name());
      if (override != null) {
        any = true;
        own[i] = overridden(entry, filter, override, kept);
      } else if (types.countsByRoute(filter.settings()) && !limits(entry).isEmpty()) {
        any = true;
        own[i] =
            filter.disabled()
                ? RouteParts.OFF
                : types.make(filter.settings(), place(owner(filter), kept, limits(entry)));
      }
    }
    if (!any) {
      return RouteParts.NONE;
    }
    var parts = new RouteParts(own);
    overrides.put(parts, kept);
    return parts;
  }

  private HttpFilter overridden(
      RouteEntry<RouteParts> entry,
      HttpConnection.Filter filter,
      FilterOverride override,
      Scope kept) {
    if (override.disabled()) {
      return RouteParts.OFF;
    }
    if (filter.settings() instanceof DiscoveredFilter) {
      return MissingFilter.IT;
    }
    List<Extension> levels = entry.overrides(filter.name());
    return levels.isEmpty()
        ? make(filter, place(owner(filter), kept, limits(entry)))
        : types.make(
            filter.settings(),
            levels,
            place(entry.overrideOwner(filter.name()) + "/" + filter.name(), kept, limits(entry)));
  }

  private Place place(String path, Scope live, Place.Limits limits) {
    return new Place(path, live, settings.runtime(), settings.process(), errands, limits);
  }

  private static Place.Limits limits(RouteEntry<RouteParts> entry) {
    Forward forward = entry.forward();
    return forward == null
        ? Place.Limits.NONE
        : new Place.Limits(forward.rateLimits(), entry.virtualHost().policy().rateLimits());
  }

  /** They always are: all they depend on is in the settings, which are compared before. */
  @Override
  public boolean upToDate(RouteParts parts) {
    Scope kept = last == null ? null : last.overrides().get(parts);
    if (kept != null) {
      overrides.put(parts, kept);
    }
    return true;
  }
}
