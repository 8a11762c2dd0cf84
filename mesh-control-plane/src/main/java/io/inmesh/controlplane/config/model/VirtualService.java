package io.inmesh.controlplane.config.model;

import io.inmesh.config.Action;
import io.inmesh.config.FilterOverride;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.Rewrite;
import io.inmesh.config.RouteMatch;
import io.inmesh.controlplane.config.problem.Position;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How requests for some hosts are routed.
 *
 * @param hosts fully qualified; may begin with {@code *.}; none if others delegate to it
 * @param mesh whether it holds within the mesh and not only at a gateway
 * @param exportTo namespaces whose callers it holds for; {@code *} for all
 */
public record VirtualService(
    Origin origin, List<String> hosts, boolean mesh, List<HttpRoute> http, Set<String> exportTo) {
  /** The name of the filter that a route's fault is for. */
  public static final String FAULT = "envoy.filters.http.fault";

  /** The name of the filter that a route's CORS policy is for. */
  public static final String CORS = "envoy.filters.http.cors";

  public VirtualService {
    hosts = List.copyOf(hosts);
    http = List.copyOf(http);
    exportTo = Set.copyOf(exportTo);
  }

  /** The hosts that requests go to. */
  public Stream<String> targets() {
    return http.stream()
        .flatMap(
            route ->
                Stream.concat(
                    route.target() instanceof Forward forward
                        ? forward.to().stream().map(to -> to.destination().host())
                        : Stream.empty(),
                    route.mirrors().stream().map(mirror -> mirror.destination().host())));
  }

  /**
   * A rule.
   *
   * @param matches one of them must match; empty for all requests
   * @param retry empty for none
   * @param timeout zero for none
   * @param fallback beyond Istio
   * @param position where it was read
   */
  public record HttpRoute(
      String name,
      List<Match> matches,
      Target target,
      Optional<RetryPolicy> retry,
      Duration timeout,
      Rewrite rewrite,
      HeaderMutations headers,
      List<Mirror> mirrors,
      Map<String, FilterOverride> filters,
      Optional<Standby> fallback,
      Position position) {
    /** Without a fallback of its own. */
    public HttpRoute(
        String name,
        List<Match> matches,
        Target target,
        Optional<RetryPolicy> retry,
        Duration timeout,
        Rewrite rewrite,
        HeaderMutations headers,
        List<Mirror> mirrors,
        Map<String, FilterOverride> filters,
        Position position) {
      this(
          name,
          matches,
          target,
          retry,
          timeout,
          rewrite,
          headers,
          mirrors,
          filters,
          Optional.empty(),
          position);
    }

    public HttpRoute {
      matches = List.copyOf(matches);
      mirrors = List.copyOf(mirrors);
      filters = Map.copyOf(filters);
    }
  }

  /**
   * Which requests, of which callers.
   *
   * @param sourceLabels the caller's workload carries them
   * @param sourceNamespace the caller's; empty for any
   * @param port of the service that is called; 0 for any
   * @param mesh whether it holds within the mesh and not only at a gateway
   */
  public record Match(
      String name,
      RouteMatch request,
      Map<String, String> sourceLabels,
      String sourceNamespace,
      int port,
      boolean mesh) {
    public Match {
      sourceLabels = Map.copyOf(sourceLabels);
    }
  }

  /** What becomes of the request. */
  public sealed interface Target {}

  /** It goes on, to one of these. */
  public record Forward(List<Weighted> to) implements Target {
    public Forward {
      to = List.copyOf(to);
    }
  }

  /** It is answered at once. */
  public record Direct(Action.DirectResponse reply) implements Target {}

  /**
   * The caller is sent elsewhere.
   *
   * @param requestPort whether the port that was called goes into the location
   */
  public record Redirect(Action.Redirect to, boolean requestPort) implements Target {}

  /**
   * Another virtual service, without hosts, has the rules. Only while files are read: a model has
   * the rules themselves.
   */
  public record Delegate(String namespace, String name) implements Target {}

  /** A share of the requests. */
  public record Weighted(
      Destination destination, long weight, HeaderMutations headers, Optional<String> host) {}

  /**
   * Where requests go.
   *
   * @param subset empty for the whole service
   * @param port 0 for the port that was called
   */
  public record Destination(String host, String subset, int port) {}

  /** A copy of the request. */
  public record Mirror(Destination destination, FractionalPercent share) {}
}
