package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Action;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.FilterOverride;
import io.inmesh.config.HashPolicy;
import io.inmesh.config.Metadata;
import io.inmesh.config.MirrorPolicy;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.Rewrite;
import io.inmesh.config.Route;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.Timeouts;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.controlplane.config.model.Origin;
import io.inmesh.controlplane.config.model.VirtualService;
import io.inmesh.controlplane.config.model.VirtualService.Destination;
import io.inmesh.controlplane.config.model.VirtualService.HttpRoute;
import io.inmesh.controlplane.config.model.VirtualService.Match;
import io.inmesh.controlplane.config.model.VirtualService.Mirror;
import io.inmesh.controlplane.config.model.VirtualService.Weighted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Makes the routes of a virtual host, for one caller and one port. */
final class Routes {
  private static final RouteMatch ANY = RouteMatch.of(new RouteMatch.Prefix("/", true));

  private final NodeView view;
  private final int port;
  private final Function<Destination, List<HashPolicy>> hashes;

  /**
   * Routes for a caller.
   *
   * @param port that is called
   * @param hashes what the balancing of a destination, its port filled in, wants hashed
   */
  Routes(NodeView view, int port, Function<Destination, List<HashPolicy>> hashes) {
    this.view = view;
    this.port = port;
    this.hashes = hashes;
  }

  /** All to one place: a service without routes of its own. */
  List<Route> whole(String host, Optional<RetryPolicy> retry, Duration timeout) {
    var to = new Destination(host, "", port);
    var action =
        new Action.Forward(
            new ClusterSpecifier.Named(cluster(to)),
            503,
            Rewrite.NONE,
            timeouts(timeout),
            retry,
            Optional.empty(),
            List.of(),
            hashes.apply(to),
            Map.of(),
            Optional.empty(),
            Action.Priority.DEFAULT);
    return List.of(new Route("default", ANY, action));
  }

  /** The rules that hold for this caller and port, up to the first that takes everything. */
  List<Route> of(VirtualService service) {
    var routes = new ArrayList<Route>();
    Metadata metadata = metadata(service.origin());
    for (HttpRoute rule : service.http()) {
      if (rule.matches().isEmpty()) {
        routes.add(route(rule, rule.name(), ANY, metadata));
        return routes;
      }
      for (Match match : rule.matches()) {
        if (applies(match)) {
          String name = match.name().isEmpty() ? rule.name() : rule.name() + "." + match.name();
          routes.add(route(rule, name, match.request(), metadata));
          if (takesAll(match.request())) {
            return routes;
          }
        }
      }
    }
    return routes;
  }

  private boolean applies(Match match) {
    return match.mesh()
        && (match.port() == 0 || match.port() == port)
        && (match.sourceNamespace().isEmpty() || match.sourceNamespace().equals(view.namespace()))
        && view.labels().entrySet().containsAll(match.sourceLabels().entrySet());
  }

  /** Whether no route after it can be reached. */
  static boolean takesAll(RouteMatch match) {
    boolean path =
        (match.path() instanceof RouteMatch.Prefix prefix && prefix.prefix().equals("/"))
            || (match.path() instanceof RouteMatch.Pattern pattern
                && pattern.regex().pattern().equals(".*"));
    return path && match.headers().isEmpty() && match.queryParameters().isEmpty();
  }

  private Route route(HttpRoute rule, String name, RouteMatch match, Metadata metadata) {
    return new Route(
        name,
        match,
        action(rule),
        rule.headers(),
        filters(rule),
        metadata.withSource(rule.position().place()),
        Optional.empty(),
        Optional.empty());
  }

  /** gRPC's clients refuse settings of filters that they do not know. */
  private Map<String, FilterOverride> filters(HttpRoute rule) {
    FilterOverride fault = rule.filters().get(VirtualService.FAULT);
    if (view.flavour() != Flavour.GRPC) {
      return rule.filters();
    }
    return fault == null ? Map.of() : Map.of(VirtualService.FAULT, fault);
  }

  private Action action(HttpRoute rule) {
    boolean forwards = rule.target() instanceof VirtualService.Forward;
    if (view.flavour() == Flavour.GRPC && !forwards) {
      // gRPC's clients refuse the whole table for an action that they do not know.
      return new Action.NonForwarding();
    }
    if (rule.target() instanceof VirtualService.Direct direct) {
      return direct.reply();
    }
    if (rule.target() instanceof VirtualService.Redirect redirect) {
      Action.Redirect to = redirect.to();
      return redirect.requestPort() && to.port() == 0
          ? new Action.Redirect(
              to.scheme(),
              to.httpsRedirect(),
              to.host(),
              port,
              to.path(),
              to.status(),
              to.stripQuery())
          : to;
    }
    return forward(rule, ((VirtualService.Forward) rule.target()).to());
  }

  private Action forward(HttpRoute rule, List<Weighted> to) {
    var hash = new ArrayList<HashPolicy>();
    to.forEach(one -> hash.addAll(hashes.apply(at(one.destination()))));
    boolean single = to.size() == 1 && plain(to.get(0));
    return new Action.Forward(
            single ? new ClusterSpecifier.Named(cluster(to.get(0).destination())) : weighted(to),
            503,
            rule.rewrite(),
            timeouts(rule.timeout()),
            rule.retry(),
            Optional.empty(),
            rule.mirrors().stream().map(this::mirror).toList(),
            hash,
            Map.of(),
            Optional.empty(),
            Action.Priority.DEFAULT)
        .withFallback(
            view.flavour() == Flavour.GRPC
                ? Optional.empty()
                : rule.fallback().map(one -> Fallbacks.of(one, port)));
  }

  private static boolean plain(Weighted one) {
    return one.host().isEmpty() && one.headers().equals(io.inmesh.config.HeaderMutations.NONE);
  }

  private ClusterSpecifier weighted(List<Weighted> to) {
    var entries = new ArrayList<ClusterSpecifier.Entry>();
    for (Weighted one : to) {
      entries.add(
          new ClusterSpecifier.Entry(
              Optional.of(cluster(one.destination())),
              Optional.empty(),
              to.size() == 1 ? Math.max(1, one.weight()) : one.weight(),
              one.headers(),
              one.host(),
              Map.of(),
              Map.of()));
    }
    return new ClusterSpecifier.Weighted(entries, Optional.empty(), false, "");
  }

  private MirrorPolicy mirror(Mirror mirror) {
    return new MirrorPolicy(
        Optional.of(cluster(mirror.destination())),
        Optional.empty(),
        mirror.share(),
        true,
        Optional.empty(),
        io.inmesh.config.HeaderMutations.NONE,
        Optional.of(false));
  }

  /** Without a port of its own, a destination is called on the port that the request came to. */
  private Destination at(Destination to) {
    return to.port() == 0 ? new Destination(to.host(), to.subset(), port) : to;
  }

  private String cluster(Destination to) {
    Destination at = at(to);
    return Names.outbound(at.port(), at.subset(), at.host());
  }

  /**
   * The application's grpc-timeout counts, up to the route's own limit; gRPC's clients look after
   * it themselves.
   */
  private Timeouts timeouts(Duration timeout) {
    boolean grpc = view.flavour() == Flavour.GRPC;
    boolean streams = grpc && !timeout.isZero();
    return new Timeouts(
        timeout,
        Optional.empty(),
        streams
            ? Optional.of(
                new Timeouts.MaxStream(Optional.of(timeout), Optional.empty(), Duration.ZERO))
            : Optional.empty(),
        grpc ? Optional.empty() : Optional.of(timeout),
        Duration.ZERO);
  }

  private static Metadata metadata(Origin origin) {
    if (!origin.kind().equals("VirtualService")) {
      return Metadata.EMPTY;
    }
    String path =
        "/apis/networking.istio.io/v1/namespaces/"
            + origin.namespace()
            + "/virtual-service/"
            + origin.name();
    return new Metadata(Map.of("istio", Map.of("config", path.toLowerCase(Locale.ROOT))));
  }
}
