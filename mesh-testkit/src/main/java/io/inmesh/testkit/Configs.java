package io.inmesh.testkit;

import io.inmesh.config.Action;
import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.Extension;
import io.inmesh.config.FilterChain;
import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Listener;
import io.inmesh.config.Metadata;
import io.inmesh.config.Resource;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.VirtualHost;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Short ways to write config in tests. */
public final class Configs {
  private Configs() {}

  /** An API listener whose routes come by name. */
  public static Listener api(String name, String routes, HttpConnection.Filter... filters) {
    return Listener.api(name, connection(routes, filters));
  }

  /** An outbound listener on an address. */
  public static Listener bound(
      String name, Address bind, String routes, HttpConnection.Filter... filters) {
    var chain =
        new FilterChain(
            "",
            FilterChain.Match.ANY,
            connection(routes, filters),
            new TransportSocket.RawBuffer());
    return new Listener(
        name,
        Listener.Direction.OUTBOUND,
        Optional.of(bind),
        List.of(chain),
        Optional.empty(),
        true,
        List.of(),
        Metadata.EMPTY);
  }

  /** A connection with these filters, the router after them. */
  public static HttpConnection connection(String routes, HttpConnection.Filter... filters) {
    var all = new ArrayList<>(List.of(filters));
    all.add(filter("router", Filters.Router.DEFAULT));
    return new HttpConnection(all, new HttpConnection.RoutesByName(routes));
  }

  /** A filter that is switched on. */
  public static HttpConnection.Filter filter(String name, Extension settings) {
    return new HttpConnection.Filter(name, settings, false);
  }

  /** One virtual host with these routes. */
  public static RouteConfiguration routes(String name, String domain, Route... routes) {
    return new RouteConfiguration(
        name, List.of(new VirtualHost("", List.of(domain), List.of(routes))));
  }

  /** A route by the beginning of the path. */
  public static Route route(String prefix, Action action) {
    return new Route("", RouteMatch.of(new RouteMatch.Prefix(prefix, true)), action);
  }

  /** A route for all that forwards to one cluster. */
  public static Route to(String cluster) {
    return route("/", forward(cluster));
  }

  /** Forwards to one cluster. */
  public static Action.Forward forward(String cluster) {
    return Action.Forward.to(new ClusterSpecifier.Named(cluster));
  }

  /** An answer of the route's own. */
  public static Action.DirectResponse direct(int status, String body) {
    return new Action.DirectResponse(status, body, Optional.empty());
  }

  /** A cluster whose endpoints come by its own name. */
  public static Cluster cluster(String name) {
    return new Cluster(name, new Cluster.Eds(name));
  }

  /** Healthy endpoints on port 80. */
  public static EndpointSet endpoints(String name, String... hosts) {
    return weighted(name, 1, hosts);
  }

  /** Healthy endpoints on port 80, all of this weight. */
  public static EndpointSet weighted(String name, int weight, String... hosts) {
    return EndpointSet.of(
        name,
        Arrays.stream(hosts)
            .map(
                host ->
                    new Endpoint(at(host), "", weight, EndpointSet.Health.UNKNOWN, Metadata.EMPTY))
            .toList());
  }

  /** Port 80 of a host. */
  public static Address at(String host) {
    return new Address(host, 80);
  }

  /** The name of a resource. */
  public static Resource.Key key(Resource.Type type, String name) {
    return new Resource.Key(type, name);
  }
}
