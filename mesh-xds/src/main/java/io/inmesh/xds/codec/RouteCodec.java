package io.inmesh.xds.codec;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import io.inmesh.config.Action;
import io.inmesh.config.DiscoveredHost;
import io.inmesh.config.Metadata;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.VirtualHost;
import io.inmesh.config.VirtualHost.RequireTls;
import io.inmesh.config.VirtualHost.VirtualCluster;
import io.inmesh.proto.envoy.config.route.v3.Decorator;
import io.inmesh.proto.envoy.config.route.v3.VirtualHost.TlsRequirementType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Route configurations. */
final class RouteCodec {
  private RouteCodec() {}

  /** A route configuration of its own. Its clusters are checked only if it asks for that. */
  static RouteConfiguration configuration(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.RouteConfiguration message) {
    in.validateClusters(message.getValidateClusters().getValue());
    return checked(in, message);
  }

  /** A route configuration inside a listener. Its clusters are checked unless it says not to. */
  static RouteConfiguration inline(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.RouteConfiguration message) {
    in.validateClusters(!message.hasValidateClusters() || message.getValidateClusters().getValue());
    if (message.hasVhds()) {
      // As in Envoy: only those that are asked for by name have virtual hosts of their own.
      in.ignored("vhds", "the routes of a listener itself have no others");
    }
    RouteConfiguration routes = checked(in, message);
    return routes.discovered() ? routes.with(routes.virtualHosts(), false) : routes;
  }

  private static RouteConfiguration checked(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.RouteConfiguration message) {
    if (message.hasVhds() && !message.getVhds().hasConfigSource()) {
      throw in.refuse("vhds.config_source", "must be given");
    }
    var options = options(in, message);
    List<VirtualHost> hosts =
        in.each("virtual_hosts", message.getVirtualHostsList(), RouteCodec::virtualHost);
    uniqueDomains(in, hosts);
    bodiesWithin(in, hosts, options.maxDirectResponseBytes());
    return new RouteConfiguration(
        in.text(message.getName()),
        hosts,
        HeaderCodec.mutations(
            in,
            message.getRequestHeadersToAddList(),
            message.getRequestHeadersToRemoveList(),
            message.getResponseHeadersToAddList(),
            message.getResponseHeadersToRemoveList()),
        options,
        in.each(
            "request_mirror_policies",
            message.getRequestMirrorPoliciesList(),
            ClusterSpecifierCodec::mirror),
        FilterCodec.overrides(in, message.getTypedPerFilterConfigMap()),
        in.inside("metadata", message.getMetadata(), MetadataCodec::metadata),
        message.hasVhds());
  }

  /** A virtual host that comes on its own, under the name of its message. */
  static DiscoveredHost discovered(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.VirtualHost message) {
    VirtualHost host = virtualHost(in, message);
    bodiesWithin(in, List.of(host), RouteConfiguration.Options.DEFAULT.maxDirectResponseBytes());
    return new DiscoveredHost(message.getName(), host);
  }

  private static RouteConfiguration.Options options(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.RouteConfiguration message) {
    String vhostHeader = in.optionalHeaderName("vhost_header", message.getVhostHeader());
    return new RouteConfiguration.Options(
        message.getMostSpecificHeaderMutationsWins(),
        message.getIgnorePortInHostMatching(),
        message.getIgnorePathParametersInPathMatching(),
        vhostHeader.isEmpty() ? Optional.empty() : Optional.of(vhostHeader),
        HeaderCodec.names(in, "internal_only_headers", message.getInternalOnlyHeadersList()),
        message.hasMaxDirectResponseBodySizeBytes()
            ? Decoding.clamped(message.getMaxDirectResponseBodySizeBytes().getValue())
            : 4096);
  }

  private static void uniqueDomains(Decoding in, List<VirtualHost> hosts) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < hosts.size(); i++) {
      for (String domain : hosts.get(i).domains()) {
        if (!seen.add(domain)) {
          throw in.refuse(
              "virtual_hosts[" + i + "].domains",
              domain.equals("*")
                  ? "only a single wildcard domain is permitted"
                  : "domain " + domain + " is given twice");
        }
      }
    }
  }

  private static void bodiesWithin(Decoding in, List<VirtualHost> hosts, int max) {
    for (int i = 0; i < hosts.size(); i++) {
      List<Route> routes = hosts.get(i).routes();
      for (int j = 0; j < routes.size(); j++) {
        if (routes.get(j).action() instanceof Action.DirectResponse reply
            && reply.body().length() > max / 4) {
          int size = reply.body().getBytes(StandardCharsets.UTF_8).length;
          if (size > max) {
            throw in.refuse(
                "virtual_hosts[" + i + "].routes[" + j + "].direct_response.body",
                "has " + size + " bytes; the maximum is " + max);
          }
        }
      }
    }
  }

  private static VirtualHost virtualHost(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.VirtualHost message) {
    if (message.getDomainsCount() == 0) {
      throw in.refuse("domains", "must not be empty");
    }
    var domains = new ArrayList<String>(message.getDomainsCount());
    for (String domain : message.getDomainsList()) {
      domains.add(in.text(MatcherCodec.lower(in.headerValue("domains", domain))));
    }
    List<Route> routes = routes(in, message.getRoutesList());
    var choice =
        in.inside(
            message.hasMatcher(),
            "matcher",
            message.getMatcher(),
            (at, tree) -> RouteChoiceCodec.tree(at, tree, routes));
    if (message.hasMatcher() && message.getRoutesCount() > 0) {
      throw in.refuse("matcher", "must not be given together with routes");
    }
    return new VirtualHost(
        in.hostName(message.getName()),
        domains,
        routes,
        choice,
        HeaderCodec.mutations(
            in,
            message.getRequestHeadersToAddList(),
            message.getRequestHeadersToRemoveList(),
            message.getResponseHeadersToAddList(),
            message.getResponseHeadersToRemoveList()),
        policy(in, message),
        in.each("virtual_clusters", message.getVirtualClustersList(), RouteCodec::virtualCluster),
        FilterCodec.overrides(in, message.getTypedPerFilterConfigMap()),
        in.inside("metadata", message.getMetadata(), MetadataCodec::metadata));
  }

  private static VirtualHost.Policy policy(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.VirtualHost message) {
    return new VirtualHost.Policy(
        RequireTls.valueOf(in.known("require_tls", message.getRequireTls()).name()),
        RetryCodec.optional(in, message.hasRetryPolicy(), message.getRetryPolicy()),
        in.inside(
            message.hasHedgePolicy(), "hedge_policy", message.getHedgePolicy(), RetryCodec::hedge),
        in.each(
            "request_mirror_policies",
            message.getRequestMirrorPoliciesList(),
            ClusterSpecifierCodec::mirror),
        message.getIncludeRequestAttemptCount(),
        message.getIncludeAttemptCountInResponse(),
        message.getIncludeIsTimeoutRetryHeader(),
        bufferLimit(
            message.hasRequestBodyBufferLimit(),
            message.getRequestBodyBufferLimit(),
            message.hasPerRequestBufferLimitBytes(),
            message.getPerRequestBufferLimitBytes()),
        RateLimitCodec.limits(in, message.getRateLimitsList()));
  }

  private static Optional<Long> bufferLimit(
      boolean hasLimit, UInt64Value limit, boolean hasOlder, UInt32Value older) {
    if (hasLimit) {
      return Optional.of(limit.getValue() < 0 ? Long.MAX_VALUE : limit.getValue());
    }
    return hasOlder ? Optional.of(Integer.toUnsignedLong(older.getValue())) : Optional.empty();
  }

  private static VirtualCluster virtualCluster(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.VirtualCluster message) {
    if (message.getHeadersCount() == 0) {
      throw in.refuse("headers", "must not be empty");
    }
    return new VirtualCluster(
        in.required("name", message.getName()),
        in.each("headers", message.getHeadersList(), MatcherCodec::header));
  }

  private static List<Route> routes(
      Decoding in, List<io.inmesh.proto.envoy.config.route.v3.Route> messages) {
    var routes = new ArrayList<Route>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      in.enter("routes", i);
      add(in, messages.get(i), routes);
      in.leave();
    }
    return routes;
  }

  /** Adds a route, unless it never matches. */
  static void add(
      Decoding in, io.inmesh.proto.envoy.config.route.v3.Route message, List<Route> routes) {
    Route route = route(in, message);
    if (message.getMatch().getFilterStateCount() == 0) {
      routes.add(route);
    } else {
      // Nothing here sets filter state, and without it Envoy does not match either.
      in.ignored("match.filter_state", "there is no filter state, so the route is left out");
    }
  }

  private static Route route(Decoding in, io.inmesh.proto.envoy.config.route.v3.Route message) {
    if (!message.hasMatch()) {
      throw in.refuse("match", "is missing");
    }
    RouteMatch match = in.inside("match", message.getMatch(), RouteMatchCodec::match);
    Action action = action(in, message);
    if (action instanceof Action.Forward forward) {
      Templates.together(in, match.path(), forward);
      Templates.noPrefix(in, match.path(), "route", forward.rewrite().path());
    } else if (action instanceof Action.Redirect redirect) {
      Templates.noPrefix(in, match.path(), "redirect", redirect.path());
    }
    var route =
        new Route(
            in.text(message.getName()),
            match,
            action,
            HeaderCodec.mutations(
                in,
                message.getRequestHeadersToAddList(),
                message.getRequestHeadersToRemoveList(),
                message.getResponseHeadersToAddList(),
                message.getResponseHeadersToRemoveList()),
            FilterCodec.overrides(in, message.getTypedPerFilterConfigMap()),
            in.inside("metadata", message.getMetadata(), MetadataCodec::metadata),
            in.inside(
                message.hasDecorator(), "decorator", message.getDecorator(), RouteCodec::decorator),
            bufferLimit(
                message.hasRequestBodyBufferLimit(),
                message.getRequestBodyBufferLimit(),
                message.hasPerRequestBufferLimitBytes(),
                message.getPerRequestBufferLimitBytes()));
    return ResilienceCodec.route(in, route);
  }

  private static Route.Decorator decorator(Decoding in, Decorator message) {
    return new Route.Decorator(
        in.required("operation", message.getOperation()),
        !message.hasPropagate() || message.getPropagate().getValue());
  }

  private static Action action(Decoding in, io.inmesh.proto.envoy.config.route.v3.Route message) {
    switch (message.getActionCase()) {
      case ROUTE:
        return in.inside("route", message.getRoute(), ActionCodec::forward);
      case REDIRECT:
        return in.inside("redirect", message.getRedirect(), ActionCodec::redirect);
      case DIRECT_RESPONSE:
        return in.inside("direct_response", message.getDirectResponse(), ActionCodec::direct);
      case NON_FORWARDING_ACTION:
        return new Action.NonForwarding();
      case FILTER_ACTION:
        throw in.refuse("filter_action", "is not supported");
      default:
        throw in.refuse("no action is given");
    }
  }

  static io.inmesh.proto.envoy.config.route.v3.RouteConfiguration configuration(
      RouteConfiguration routes, FilterCodec.Encoding filters) {
    var message =
        io.inmesh.proto.envoy.config.route.v3.RouteConfiguration.newBuilder()
            .setName(routes.name());
    routes.virtualHosts().forEach(host -> message.addVirtualHosts(virtualHost(host, filters)));
    message
        .addAllRequestHeadersToAdd(HeaderCodec.adds(routes.mutations().requestAdd()))
        .addAllRequestHeadersToRemove(routes.mutations().requestRemove())
        .addAllResponseHeadersToAdd(HeaderCodec.adds(routes.mutations().responseAdd()))
        .addAllResponseHeadersToRemove(routes.mutations().responseRemove());
    options(routes.options(), message);
    routes
        .mirrors()
        .forEach(policy -> message.addRequestMirrorPolicies(ClusterSpecifierCodec.mirror(policy)));
    message.putAllTypedPerFilterConfig(filters.overrides(routes.perFilter()));
    if (!routes.metadata().byNamespace().isEmpty()) {
      message.setMetadata(MetadataCodec.metadata(routes.metadata()));
    }
    if (routes.discovered()) {
      message.getVhdsBuilder().setConfigSource(Sources.WHEN_ASKED);
    }
    return message.build();
  }

  static io.inmesh.proto.envoy.config.route.v3.VirtualHost discovered(
      DiscoveredHost discovered, FilterCodec.Encoding filters) {
    return virtualHost(discovered.host(), filters);
  }

  private static void options(
      RouteConfiguration.Options options,
      io.inmesh.proto.envoy.config.route.v3.RouteConfiguration.Builder message) {
    message
        .setMostSpecificHeaderMutationsWins(options.mostSpecificMutationsWin())
        .setIgnorePortInHostMatching(options.ignorePort())
        .setIgnorePathParametersInPathMatching(options.ignorePathParameters())
        .addAllInternalOnlyHeaders(options.internalOnlyHeaders());
    options.vhostHeader().ifPresent(message::setVhostHeader);
    if (options.maxDirectResponseBytes() != 4096) {
      message.setMaxDirectResponseBodySizeBytes(Protos.limit(options.maxDirectResponseBytes()));
    }
  }

  private static io.inmesh.proto.envoy.config.route.v3.VirtualHost virtualHost(
      VirtualHost host, FilterCodec.Encoding filters) {
    var message =
        io.inmesh.proto.envoy.config.route.v3.VirtualHost.newBuilder()
            .setName(host.name())
            .addAllDomains(host.domains());
    if (host.choice().isPresent()) {
      message.setMatcher(
          RouteChoiceCodec.message(
              host.choice().get(), place -> route(host.routes().get(place), filters)));
    } else {
      host.routes().forEach(route -> message.addRoutes(route(route, filters)));
    }
    message
        .addAllRequestHeadersToAdd(HeaderCodec.adds(host.mutations().requestAdd()))
        .addAllRequestHeadersToRemove(host.mutations().requestRemove())
        .addAllResponseHeadersToAdd(HeaderCodec.adds(host.mutations().responseAdd()))
        .addAllResponseHeadersToRemove(host.mutations().responseRemove());
    policy(host.policy(), message);
    for (VirtualCluster cluster : host.virtualClusters()) {
      var to = message.addVirtualClustersBuilder().setName(cluster.name());
      cluster.headers().forEach(header -> to.addHeaders(MatcherCodec.header(header)));
    }
    message.putAllTypedPerFilterConfig(filters.overrides(host.perFilter()));
    if (!host.metadata().byNamespace().isEmpty()) {
      message.setMetadata(MetadataCodec.metadata(host.metadata()));
    }
    return message.build();
  }

  private static void policy(
      VirtualHost.Policy policy,
      io.inmesh.proto.envoy.config.route.v3.VirtualHost.Builder message) {
    message
        .setRequireTls(TlsRequirementType.valueOf(policy.requireTls().name()))
        .setIncludeRequestAttemptCount(policy.includeRequestAttemptCount())
        .setIncludeAttemptCountInResponse(policy.includeAttemptCountInResponse())
        .setIncludeIsTimeoutRetryHeader(policy.includeIsTimeoutRetryHeader());
    policy.retry().ifPresent(retry -> message.setRetryPolicy(RetryCodec.policy(retry)));
    policy.hedge().ifPresent(hedge -> message.setHedgePolicy(RetryCodec.hedge(hedge)));
    policy
        .mirrors()
        .forEach(mirror -> message.addRequestMirrorPolicies(ClusterSpecifierCodec.mirror(mirror)));
    policy
        .bufferLimit()
        .ifPresent(limit -> message.setRequestBodyBufferLimit(UInt64Value.of(limit)));
    message.addAllRateLimits(RateLimitCodec.limits(policy.rateLimits()));
  }

  private static io.inmesh.proto.envoy.config.route.v3.Route route(
      Route route, FilterCodec.Encoding filters) {
    var message =
        io.inmesh.proto.envoy.config.route.v3.Route.newBuilder()
            .setName(route.name())
            .setMatch(RouteMatchCodec.match(route.match()))
            .addAllRequestHeadersToAdd(HeaderCodec.adds(route.mutations().requestAdd()))
            .addAllRequestHeadersToRemove(route.mutations().requestRemove())
            .addAllResponseHeadersToAdd(HeaderCodec.adds(route.mutations().responseAdd()))
            .addAllResponseHeadersToRemove(route.mutations().responseRemove())
            .putAllTypedPerFilterConfig(filters.overrides(route.perFilter()));
    Action action = route.action();
    if (action instanceof Action.Forward forward) {
      message.setRoute(ActionCodec.forward(forward, filters));
    } else if (action instanceof Action.Redirect redirect) {
      message.setRedirect(ActionCodec.redirect(redirect));
    } else if (action instanceof Action.DirectResponse direct) {
      message.setDirectResponse(ActionCodec.direct(direct));
    } else {
      message.getNonForwardingActionBuilder();
    }
    Metadata metadata = ResilienceCodec.metadata(route);
    if (!metadata.byNamespace().isEmpty()) {
      message.setMetadata(MetadataCodec.metadata(metadata));
    }
    route
        .decorator()
        .ifPresent(
            decorator ->
                message
                    .getDecoratorBuilder()
                    .setOperation(decorator.operation())
                    .setPropagate(BoolValue.of(decorator.propagate())));
    route
        .bufferLimit()
        .ifPresent(limit -> message.setRequestBodyBufferLimit(UInt64Value.of(limit)));
    return message.build();
  }
}
