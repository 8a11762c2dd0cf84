package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Action;
import io.inmesh.config.Address;
import io.inmesh.config.Extension;
import io.inmesh.config.FilterChain;
import io.inmesh.config.FilterChain.Match;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.HttpConnection.Filter;
import io.inmesh.config.HttpConnection.InlineRoutes;
import io.inmesh.config.Listener;
import io.inmesh.config.Listener.Direction;
import io.inmesh.config.Metadata;
import io.inmesh.config.Rbac;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.VirtualHost;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.model.AuthorizationPolicy;
import io.inmesh.controlplane.config.model.MeshModel;
import io.inmesh.controlplane.config.model.PeerAuthentication.Mode;
import io.inmesh.controlplane.config.model.RequestAuthentication;
import io.inmesh.controlplane.config.model.Service.Defaults;
import io.inmesh.controlplane.config.model.WorkloadTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the listeners that servers of the mesh take calls with. */
public final class InboundListeners {
  /** What the name of a server's listener begins with, before its address. Istio's name for it. */
  public static final String PREFIX = "xds.istio.io/grpc/lds/inbound/";

  private static final String TLS = "tls";
  private static final String PLAIN = "raw_buffer";
  private static final String TLS_INSPECTOR =
      "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector";

  private final MeshModel model;
  private final MutualTls mutualTls;
  private final Authorization authorization;
  private final TokenRules tokens;

  /** Of a mesh. */
  public InboundListeners(MeshModel model) {
    this.model = model;
    this.mutualTls = new MutualTls(model);
    this.authorization = new Authorization(model);
    this.tokens = new TokenRules(model);
  }

  /** The listener of a server that finds it by name: what it lets through goes to its handler. */
  public Listener named(ServerView server) {
    var action = new Action.NonForwarding();
    var route = new Route("default", RouteMatch.of(new RouteMatch.Prefix("/", true)), action);
    var host =
        new VirtualHost("inbound|http|" + server.address().port(), List.of("*"), List.of(route));
    var routes =
        new RouteConfiguration(
            "inbound",
            List.of(host),
            HeaderMutations.NONE,
            RouteConfiguration.Options.DEFAULT,
            List.of(),
            Map.of(),
            Metadata.EMPTY);
    String name = PREFIX + server.address();
    return listener(name, server, server.address(), new InlineRoutes(routes));
  }

  /** A listener that binds an address, over given routes. */
  Listener listener(String name, ServerView server, Address bind, InlineRoutes routes) {
    boolean grpc = server.flavour() == Flavour.GRPC;
    List<Filter> filters = filters(server);
    HttpConnection connection =
        grpc ? Listeners.plain(routes, filters) : Listeners.http(routes, filters);
    List<FilterChain> chains = chains(server, mode(server), connection);
    return new Listener(
        name,
        Direction.INBOUND,
        Optional.of(bind),
        chains,
        Optional.empty(),
        true,
        server.flavour() == Flavour.BOUND ? List.of(TLS_INSPECTOR) : List.of(),
        Metadata.EMPTY);
  }

  /** Where nothing is said, members take mutual TLS only; workloads of Istio's kinds take both. */
  private Mode mode(ServerView server) {
    Mode absent = isIstio(server) ? Mode.PERMISSIVE : Mode.STRICT;
    return mutualTls.of(
        server.namespace(), server.service(), server.labels(), server.address().port(), absent);
  }

  private boolean isIstio(ServerView server) {
    String host = model.settings().host(server.service(), server.namespace());
    return server.service().isEmpty()
        || model.services().stream()
            .anyMatch(
                service -> service.host().equals(host) && service.defaults() == Defaults.ISTIO);
  }

  private static List<FilterChain> chains(ServerView server, Mode mode, HttpConnection connection) {
    TransportSocket raw = new TransportSocket.RawBuffer();
    boolean grpc = server.flavour() == Flavour.GRPC;
    if (mode == Mode.DISABLE) {
      return List.of(new FilterChain("inbound-plaintext", over(grpc, PLAIN), connection, raw));
    }
    var secured = new FilterChain("inbound-mtls", over(grpc, TLS), connection, Tls.server());
    return mode == Mode.STRICT || grpc
        ? List.of(secured)
        : List.of(
            secured, new FilterChain("inbound-plaintext", over(false, PLAIN), connection, raw));
  }

  /** gRPC's servers take one chain, without a match. */
  private static Match over(boolean any, String transport) {
    Match all = Match.ANY;
    return any
        ? all
        : new Match(
            all.destinationPort(),
            all.prefixRanges(),
            all.serverNames(),
            transport,
            all.applicationProtocols(),
            all.directSourcePrefixRanges(),
            all.sourceType(),
            all.sourcePrefixRanges(),
            all.sourcePorts());
  }

  private List<Filter> filters(ServerView server) {
    List<AuthorizationPolicy> policies =
        model.security().authorization().stream()
            .filter(policy -> covers(policy.target(), server))
            .toList();
    var filters = new ArrayList<Filter>();
    boolean grpc = server.flavour() == Flavour.GRPC;
    authorization
        .custom(policies, !grpc)
        .forEach(
            one ->
                filters.add(
                    one instanceof Rbac rules
                        ? rbac(rules)
                        : filter("envoy.filters.http.ext_authz", one)));
    if (!grpc) {
      List<RequestAuthentication> requests =
          model.security().requests().stream()
              .filter(policy -> covers(policy.target(), server))
              .toList();
      tokens
          .filter(requests)
          .ifPresent(jwt -> filters.add(filter("envoy.filters.http.jwt_authn", jwt)));
    }
    authorization.local(policies).forEach(one -> filters.add(rbac(one)));
    return filters;
  }

  private static Filter rbac(Rbac settings) {
    return filter("envoy.filters.http.rbac", settings);
  }

  private static Filter filter(String name, Extension settings) {
    return new Filter(name, settings, false);
  }

  private boolean covers(WorkloadTarget target, ServerView server) {
    return target.covers(
        model.settings().rootNamespace(), server.namespace(), server.service(), server.labels());
  }
}
