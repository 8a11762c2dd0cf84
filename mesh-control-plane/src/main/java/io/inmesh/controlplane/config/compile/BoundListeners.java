package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Action;
import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.FilterChain;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.HttpConnection.InlineRoutes;
import io.inmesh.config.HttpConnection.RoutesByName;
import io.inmesh.config.Listener;
import io.inmesh.config.Listener.Direction;
import io.inmesh.config.Metadata;
import io.inmesh.config.Resource;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.Timeouts;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.VirtualHost;
import io.inmesh.controlplane.config.compile.NodeView.Bound;
import io.inmesh.controlplane.config.model.MeshSettings;
import io.inmesh.controlplane.config.model.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Listeners that are bound to addresses: one for the calls of the application, which are told apart
 * by their host, and one for calls from the mesh, with mutual TLS.
 */
final class BoundListeners {
  private static final int HTTP_PORT = 80;
  private static final int MAX_DIRECT_RESPONSE = 1024 * 1024;
  private static final String OUTBOUND = "outbound";

  private final MeshSettings settings;
  private final InboundListeners inbound;
  private final NodeView view;
  private final Consumer<Resource> out;
  private final Set<String> taken = new HashSet<>();

  BoundListeners(
      MeshSettings settings, InboundListeners inbound, NodeView view, Consumer<Resource> out) {
    this.settings = settings;
    this.inbound = inbound;
    this.view = view;
    this.out = out;
  }

  void emit(Bound bound, List<Destination> destinations, VirtualHosts hosts) {
    var virtualHosts = new ArrayList<VirtualHost>();
    for (Destination to : destinations) {
      Service service = to.service();
      List<Service.Port> ports =
          service.ports().stream().filter(port -> port.protocol().isHttp()).toList();
      for (Service.Port port : ports) {
        boolean bare = port.number() == HTTP_PORT || ports.size() == 1;
        List<String> names = Names.aliases(service.host(), view.namespace(), settings);
        names.addAll(service.addresses().stream().filter(a -> a.indexOf('/') < 0).toList());
        List<String> domains = domains(names, port.number(), bare);
        if (!domains.isEmpty()) {
          virtualHosts.add(hosts.of(service, port, domains));
        }
      }
    }
    for (String host : hosts.orphans()) {
      List<String> names = Names.aliases(host, view.namespace(), settings);
      virtualHosts.add(hosts.ofOrphan(host, HTTP_PORT, domains(names, HTTP_PORT, true)));
    }
    out.accept(routes(OUTBOUND, virtualHosts));
    listener(bound.outbound(), Listeners.outbound(new RoutesByName(OUTBOUND)));
    if (bound.inbound().isPresent() && bound.application().isPresent()) {
      inbound(bound.inbound().get(), bound.application().get(), bound.service());
    }
  }

  /** A domain may stand only once in a route table; the first service keeps it. */
  private List<String> domains(List<String> names, int port, boolean bare) {
    var domains = new ArrayList<String>();
    for (String name : names) {
      if (bare && taken.add(name)) {
        domains.add(name);
      }
      if (taken.add(name + ":" + port)) {
        domains.add(name + ":" + port);
      }
    }
    return domains;
  }

  private void inbound(Address at, Address application, String service) {
    String name = "inbound|" + at.port() + "||";
    var cluster =
        new Cluster(
            name, new Cluster.Static(EndpointSet.of(name, List.of(new Endpoint(application)))));
    out.accept(cluster);
    var action =
        Action.Forward.to(new ClusterSpecifier.Named(name))
            .withTimeouts(Timeouts.DEFAULT.withResponse(Duration.ZERO));
    var route = new Route("default", RouteMatch.of(new RouteMatch.Prefix("/", true)), action);
    var host = new VirtualHost("inbound|http|" + at.port(), List.of("*"), List.of(route));
    var server = new ServerView(view.flavour(), view.namespace(), service, view.labels(), at);
    out.accept(
        inbound.listener("inbound", server, at, new InlineRoutes(routes(name, List.of(host)))));
  }

  private static RouteConfiguration routes(String name, List<VirtualHost> hosts) {
    var options =
        new RouteConfiguration.Options(
            false, false, false, Optional.empty(), List.of(), MAX_DIRECT_RESPONSE);
    return new RouteConfiguration(
        name, hosts, HeaderMutations.NONE, options, List.of(), Map.of(), Metadata.EMPTY);
  }

  private void listener(Address at, HttpConnection connection) {
    var chain =
        new FilterChain(
            OUTBOUND, FilterChain.Match.ANY, connection, new TransportSocket.RawBuffer());
    out.accept(
        new Listener(
            OUTBOUND,
            Direction.OUTBOUND,
            Optional.of(at),
            List.of(chain),
            Optional.empty(),
            true,
            List.of(),
            Metadata.EMPTY));
  }
}
