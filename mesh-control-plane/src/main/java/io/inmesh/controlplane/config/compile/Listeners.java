package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.HttpConnection.EscapedSlashes;
import io.inmesh.config.HttpConnection.Filter;
import io.inmesh.config.HttpConnection.Forwarding;
import io.inmesh.config.HttpConnection.HostHandling;
import io.inmesh.config.HttpConnection.Limits;
import io.inmesh.config.HttpConnection.PathHandling;
import io.inmesh.config.HttpConnection.Routes;
import java.time.Duration;
import java.util.List;

/** What the listeners of all flavours have in common. */
final class Listeners {
  private static final List<Filter> FILTERS =
      List.of(new Filter("envoy.filters.http.router", Filters.Router.DEFAULT, false));
  private static final PathHandling NORMALIZED =
      new PathHandling(true, false, EscapedSlashes.KEEP_UNCHANGED);

  private Listeners() {}

  /**
   * An HTTP connection as Istio has it: paths are normalised, and a stream may be idle for as long
   * as its route allows.
   */
  static HttpConnection http(Routes routes) {
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
        FILTERS, routes, NORMALIZED, HostHandling.DEFAULT, Forwarding.DEFAULT, limits);
  }

  /** An HTTP connection with nothing but a router. */
  static HttpConnection plain(Routes routes) {
    return new HttpConnection(FILTERS, routes);
  }
}
