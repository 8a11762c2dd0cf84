package io.inmesh.runtime.engine;

import io.inmesh.call.HttpFilter;
import io.inmesh.config.Action;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.VirtualHost;
import io.inmesh.runtime.route.Preparation;
import io.inmesh.runtime.route.ResponsePreparation;
import io.inmesh.runtime.route.RouteSettings;
import io.inmesh.runtime.route.RouteTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The HTTP side of a listener, made runnable. A call takes it once and keeps it to its end. */
public final class HttpChain {
  final HttpFilter[] filters;
  final @Nullable RouteTable<RouteParts> routes;

  /** Null for calls that are passed on as they are. */
  final @Nullable Preparation preparation;

  final ResponsePreparation responses;
  final boolean envoyHeaders;
  final long idleNanos;

  /** The listener's; 0 if it has none. */
  final int port;

  /** What the routes were compiled with. */
  final RouteSettings settings;

  /**
   * A chain that leaves requests as they are: it has no filters, and its one route takes all.
   *
   * @param name of the route
   */
  public static HttpChain straight(String name, Action.Forward forward, RouteSettings settings) {
    var route = new Route(name, RouteMatch.of(new RouteMatch.Prefix("", true)), forward);
    var host = new VirtualHost(name, List.of("*"), List.of(route));
    var config = new RouteConfiguration(name, List.of(host));
    var routes = new RouteTable<>(config, settings, RouteParts.NOWHERE, null);
    return new HttpChain(new HttpFilter[0], routes, settings, (Preparation) null, 0);
  }

  /**
   * A chain.
   *
   * @param filters in the order of the config, without the router; {@link RouteParts#OFF} for one
   *     that only a route switches on
   * @param routes null answers every call with NR
   * @param settings what {@code routes} was compiled with
   * @param port the listener's; 0 if it has none
   */
  public HttpChain(
      HttpFilter[] filters,
      @Nullable RouteTable<RouteParts> routes,
      RouteSettings settings,
      int port) {
    this(filters, routes, settings, new Preparation(settings, options(routes), port), port);
  }

  private static RouteConfiguration.Options options(@Nullable RouteTable<RouteParts> routes) {
    return routes == null ? RouteConfiguration.Options.DEFAULT : routes.config().options();
  }

  private HttpChain(
      HttpFilter[] filters,
      @Nullable RouteTable<RouteParts> routes,
      RouteSettings settings,
      @Nullable Preparation preparation,
      int port) {
    this.port = port;
    this.settings = settings;
    this.filters = filters.clone();
    this.routes = routes;
    this.preparation = preparation;
    this.responses = new ResponsePreparation(settings);
    this.envoyHeaders = !settings.router().suppressEnvoyHeaders();
    this.idleNanos = settings.connection().limits().streamIdleTimeout().toNanos();
  }
}
