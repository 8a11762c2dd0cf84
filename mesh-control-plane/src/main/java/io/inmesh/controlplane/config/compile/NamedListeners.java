package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Action;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.HttpConnection.RoutesByName;
import io.inmesh.config.Listener;
import io.inmesh.config.Metadata;
import io.inmesh.config.Resource;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.VirtualHost;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.model.MeshSettings;
import io.inmesh.controlplane.config.model.Service;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Listeners that are found by name: {@code HOST:PORT}, and {@code HOST} for port 80. */
final class NamedListeners {
  private static final int HTTP_PORT = 80;
  private static final int MAX_DIRECT_RESPONSE = 1024 * 1024;

  private final MeshSettings settings;
  private final NodeView view;
  private final Consumer<Resource> out;
  private final Set<String> taken = new HashSet<>();

  NamedListeners(MeshSettings settings, NodeView view, Consumer<Resource> out) {
    this.settings = settings;
    this.view = view;
    this.out = out;
  }

  void emit(Iterable<Destination> destinations, VirtualHosts hosts) {
    for (Destination to : destinations) {
      Service service = to.service();
      List<String> names = Names.aliases(service.host(), view.namespace(), settings);
      names.addAll(service.addresses().stream().filter(a -> a.indexOf('/') < 0).toList());
      for (Service.Port port : service.ports()) {
        if (port.protocol().isHttp()) {
          int number = port.number();
          emit(service.host(), number, names, hosts.of(service, port, domains(names, number)));
        }
      }
    }
    for (String host : hosts.orphans()) {
      List<String> names = Names.aliases(host, view.namespace(), settings);
      List<String> domains = domains(names, HTTP_PORT);
      emit(host, HTTP_PORT, names, hosts.ofOrphan(host, HTTP_PORT, domains));
    }
  }

  /** A listener that refuses every call, as Istio's route {@code block_all} does. */
  static Listener refusing(String name, NodeView view) {
    Action refusal =
        view.flavour() == Flavour.GRPC
            ? new Action.NonForwarding()
            : new Action.DirectResponse(502, "", Optional.empty());
    var route = new Route("block_all", RouteMatch.of(new RouteMatch.Prefix("/", true)), refusal);
    var host = new VirtualHost("block_all", List.of("*"), List.of(route));
    var routes = new RouteConfiguration("block_all", List.of(host));
    return Listener.api(name, Listeners.plain(new HttpConnection.InlineRoutes(routes)));
  }

  /** gRPC's clients do not ignore ports when they compare hosts. */
  private List<String> domains(List<String> names, int port) {
    if (view.flavour() != Flavour.GRPC) {
      return names;
    }
    var domains = new ArrayList<String>();
    for (String name : names) {
      domains.add(name);
      domains.add(name + ":" + port);
    }
    return domains;
  }

  private void emit(String host, int port, List<String> names, VirtualHost virtualHost) {
    String routes = Names.outbound(port, "", host);
    boolean grpc = view.flavour() == Flavour.GRPC;
    var options =
        new RouteConfiguration.Options(
            false, !grpc, false, java.util.Optional.empty(), List.of(), MAX_DIRECT_RESPONSE);
    out.accept(
        new RouteConfiguration(
            routes,
            List.of(virtualHost),
            HeaderMutations.NONE,
            options,
            List.of(),
            Map.of(),
            Metadata.EMPTY));
    var byName = new RoutesByName(routes);
    HttpConnection connection = grpc ? Listeners.outboundGrpc(byName) : Listeners.outbound(byName);
    for (String name : names) {
      if (!name.endsWith(".")) {
        listener(name + ":" + port, connection);
        if (port == HTTP_PORT) {
          listener(name, connection);
        }
      }
    }
  }

  private void listener(String name, HttpConnection connection) {
    if (taken.add(name)) {
      out.accept(Listener.api(name, connection));
    }
  }
}
