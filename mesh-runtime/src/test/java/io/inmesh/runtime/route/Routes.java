package io.inmesh.runtime.route;

import io.inmesh.config.Action;
import io.inmesh.config.Action.Forward;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.Filters;
import io.inmesh.config.Format;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.HeaderMutations.Append;
import io.inmesh.config.HeaderMutations.HeaderValue;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Rewrite;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.VirtualHost;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.match.RuntimeValues;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Short ways to write routes in tests. */
final class Routes {
  static final ProcessFacts PROCESS =
      new ProcessFacts(
          new Node("id", "svc", Locality.NONE, Map.of()),
          "me",
          name -> name.equals("MESH_ENV") ? "envval" : "",
          () -> Instant.ofEpochSecond(1_700_000_000),
          "192.0.2.2");

  static final Parts<String> NO_PARTS =
      new Parts<>() {
        @Override
        public String make(RouteEntry<String> entry) {
          return "";
        }

        @Override
        public boolean upToDate(String parts) {
          return true;
        }
      };

  private Routes() {}

  static HttpConnection connection() {
    return new HttpConnection(List.of(), new HttpConnection.RoutesByName("r"));
  }

  /** A connection whose streams may not last longer. */
  static HttpConnection limited(Duration maxStream) {
    HttpConnection plain = connection();
    HttpConnection.Limits limits = HttpConnection.Limits.DEFAULT;
    return new HttpConnection(
        plain.filters(),
        plain.routes(),
        plain.path(),
        plain.host(),
        plain.forwarding(),
        new HttpConnection.Limits(
            limits.streamIdleTimeout(),
            limits.requestTimeout(),
            limits.requestHeadersTimeout(),
            limits.drainTimeout(),
            limits.idleTimeout(),
            limits.maxConnectionDuration(),
            Optional.of(maxStream),
            limits.maxRequestHeadersKb(),
            limits.maxHeadersCount()));
  }

  static RouteSettings settings() {
    return settings(connection());
  }

  static RouteSettings settings(HttpConnection connection) {
    return new RouteSettings(connection, Filters.Router.DEFAULT, RuntimeValues.NONE, PROCESS);
  }

  static RouteMatch prefix(String prefix) {
    return RouteMatch.of(new RouteMatch.Prefix(prefix, true));
  }

  static Forward to(String cluster) {
    return Forward.to(new ClusterSpecifier.Named(cluster));
  }

  static Route route(String name, RouteMatch match, Action action) {
    return new Route(name, match, action);
  }

  static Route route(String name, RouteMatch match) {
    return new Route(name, match, to(name));
  }

  static Forward rewriting(Rewrite.Path path, Rewrite.Host host, boolean append) {
    Forward to = to("c0");
    return new Forward(
        to.clusters(),
        503,
        new Rewrite(path, host, append),
        to.timeouts(),
        to.retry(),
        to.hedge(),
        to.mirrors(),
        to.hashPolicies(),
        to.metadataMatch(),
        to.internalRedirect(),
        to.priority());
  }

  static HeaderMutations add(HeaderValue... values) {
    return new HeaderMutations(List.of(values), List.of(), List.of(), List.of());
  }

  static HeaderValue value(String name, String format, Append append) {
    return new HeaderValue(name, Format.parse(format), append, false);
  }

  static RouteTable<String> table(Route... routes) {
    return table(new VirtualHost("v", List.of("*"), List.of(routes)));
  }

  static RouteTable<String> table(VirtualHost... hosts) {
    return new RouteTable<>(
        new RouteConfiguration("r", List.of(hosts)), settings(), NO_PARTS, null);
  }

  static RouteEntry<String> entry(Route route) {
    RouteEntry<String> found = table(route).match(FakeCall.get("/"));
    if (found == null) {
      throw new IllegalArgumentException("the route does not match /");
    }
    return found;
  }
}
