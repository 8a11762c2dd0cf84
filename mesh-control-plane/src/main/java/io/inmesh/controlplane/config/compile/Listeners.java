package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Cors;
import io.inmesh.config.Fault;
import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.HttpConnection.EscapedSlashes;
import io.inmesh.config.HttpConnection.Filter;
import io.inmesh.config.HttpConnection.Forwarding;
import io.inmesh.config.HttpConnection.HostHandling;
import io.inmesh.config.HttpConnection.Limits;
import io.inmesh.config.HttpConnection.PathHandling;
import io.inmesh.config.HttpConnection.Routes;
import io.inmesh.controlplane.config.model.VirtualService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the listeners of all flavours have in common. */
final class Listeners {
  private static final Filter ROUTER =
      new Filter("envoy.filters.http.router", Filters.Router.DEFAULT, false);
  private static final PathHandling NORMALIZED =
      new PathHandling(true, false, EscapedSlashes.KEEP_UNCHANGED);

  /** What routes of calls that go out may have settings for, in Istio's order. */
  private static final List<Filter> OF_ROUTES =
      List.of(
          new Filter(
              VirtualService.FAULT,
              new Fault(
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  "",
                  List.of(),
                  List.of(),
                  Optional.empty()),
              false),
          new Filter(VirtualService.CORS, new Cors(), false));

  private Listeners() {}

  /** An HTTP connection of calls that go out. */
  static HttpConnection outbound(Routes routes) {
    return http(routes, OF_ROUTES);
  }

  /** The same for gRPC's clients, which know faults only. */
  static HttpConnection outboundGrpc(Routes routes) {
    return plain(routes, OF_ROUTES.subList(0, 1));
  }

  /**
   * An HTTP connection as Istio has it: paths are normalised, and a stream may be idle for as long
   * as its route allows.
   */
  static HttpConnection http(Routes routes) {
    return http(routes, List.of());
  }

  /**
   * The same with filters.
   *
   * @param filters that come before the router
   */
  static HttpConnection http(Routes routes, List<Filter> filters) {
    Limits base = Limits.DEFAULT;
    var limits =
        new Limits(
            Duration.ZERO,
            base.requestTimeout(),
            base.requestHeadersTimeout(),
            base.drainTimeout(),
            base.idleTimeout(),
            base.maxConnectionDuration(),
            base.maxStreamDuration(),
            base.maxRequestHeadersKb(),
            base.maxHeadersCount());
    return new HttpConnection(
        withRouter(filters), routes, NORMALIZED, HostHandling.DEFAULT, Forwarding.DEFAULT, limits);
  }

  /** An HTTP connection with nothing but a router. */
  static HttpConnection plain(Routes routes) {
    return plain(routes, List.of());
  }

  /** An HTTP connection with nothing but filters and a router. */
  static HttpConnection plain(Routes routes, List<Filter> filters) {
    return new HttpConnection(withRouter(filters), routes);
  }

  private static List<Filter> withRouter(List<Filter> filters) {
    var all = new ArrayList<>(filters);
    all.add(ROUTER);
    return all;
  }
}
