package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Resource;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.VirtualHost;
import org.jspecify.annotations.Nullable;

/**
 * Compares resources but for the places in files that they come from: a line that moved is no
 * reason to send routes again. Their places are told anew when something else of them changes.
 */
final class Places {
  private Places() {}

  static boolean sameElsewhere(Resource resource, @Nullable Resource before) {
    return resource.equals(before)
        || (resource instanceof RouteConfiguration routes
            && before instanceof RouteConfiguration old
            && without(routes).equals(without(old)));
  }

  private static RouteConfiguration without(RouteConfiguration routes) {
    return new RouteConfiguration(
        routes.name(),
        routes.virtualHosts().stream().map(Places::without).toList(),
        routes.mutations(),
        routes.options(),
        routes.mirrors(),
        routes.perFilter(),
        routes.metadata(),
        routes.discovered());
  }

  private static VirtualHost without(VirtualHost host) {
    return new VirtualHost(
        host.name(),
        host.domains(),
        host.routes().stream().map(Places::without).toList(),
        host.mutations(),
        host.policy(),
        host.virtualClusters(),
        host.perFilter(),
        host.metadata().withSource(""));
  }

  private static Route without(Route route) {
    return new Route(
        route.name(),
        route.match(),
        route.action(),
        route.mutations(),
        route.perFilter(),
        route.metadata().withSource(""),
        route.decorator(),
        route.bufferLimit());
  }
}
