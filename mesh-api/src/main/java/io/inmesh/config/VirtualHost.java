package io.inmesh.config;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The routes of some domains. Names may be empty or repeated; position is what identifies a virtual
 * host or a route. Source: envoy.config.route.v3.VirtualHost.
 *
 * @param domains lower case
 * @param choice how a request comes to its routes, by their places in {@code routes}; the first of
 *     those that matches counts. Empty: all routes, in their order
 * @param virtualClusters names for parts of the traffic, first match wins
 */
public record VirtualHost(
    String name,
    List<String> domains,
    List<Route> routes,
    Optional<MatchTree<List<Integer>>> choice,
    HeaderMutations mutations,
    Policy policy,
    List<VirtualCluster> virtualClusters,
    Map<String, FilterOverride> perFilter,
    Metadata metadata) {
  public VirtualHost {
    domains = List.copyOf(domains);
    routes = List.copyOf(routes);
    virtualClusters = List.copyOf(virtualClusters);
    perFilter = Map.copyOf(perFilter);
  }

  /** All routes, in their order. */
  public VirtualHost(
      String name,
      List<String> domains,
      List<Route> routes,
      HeaderMutations mutations,
      Policy policy,
      List<VirtualCluster> virtualClusters,
      Map<String, FilterOverride> perFilter,
      Metadata metadata) {
    this(
        name,
        domains,
        routes,
        Optional.empty(),
        mutations,
        policy,
        virtualClusters,
        perFilter,
        metadata);
  }

  /** With defaults for all that is not given. */
  public VirtualHost(String name, List<String> domains, List<Route> routes) {
    this(
        name,
        domains,
        routes,
        HeaderMutations.NONE,
        Policy.DEFAULT,
        List.of(),
        Map.of(),
        Metadata.EMPTY);
  }

  /**
   * What its routes inherit.
   *
   * @param retry for routes that have none of their own
   * @param mirrors for routes that have none of their own
   * @param bufferLimit request_body_buffer_limit or per_request_buffer_limit_bytes
   * @param rateLimits for routes that have none of their own, or include them
   */
  public record Policy(
      RequireTls requireTls,
      Optional<RetryPolicy> retry,
      Optional<HedgePolicy> hedge,
      List<MirrorPolicy> mirrors,
      boolean includeRequestAttemptCount,
      boolean includeAttemptCountInResponse,
      boolean includeIsTimeoutRetryHeader,
      Optional<Long> bufferLimit,
      List<RateLimit> rateLimits) {
    /** Envoy's defaults. */
    public static final Policy DEFAULT =
        new Policy(
            RequireTls.NONE,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            false,
            false,
            false,
            Optional.empty());

    public Policy {
      mirrors = List.copyOf(mirrors);
      rateLimits = List.copyOf(rateLimits);
    }

    /** Without rate limits. */
    public Policy(
        RequireTls requireTls,
        Optional<RetryPolicy> retry,
        Optional<HedgePolicy> hedge,
        List<MirrorPolicy> mirrors,
        boolean includeRequestAttemptCount,
        boolean includeAttemptCountInResponse,
        boolean includeIsTimeoutRetryHeader,
        Optional<Long> bufferLimit) {
      this(
          requireTls,
          retry,
          hedge,
          mirrors,
          includeRequestAttemptCount,
          includeAttemptCountInResponse,
          includeIsTimeoutRetryHeader,
          bufferLimit,
          List.of());
    }
  }

  /** Who is redirected to https. */
  public enum RequireTls {
    NONE,
    EXTERNAL_ONLY,
    ALL
  }

  /** A name for the requests that match. */
  public record VirtualCluster(String name, List<HeaderMatcher> headers) {
    public VirtualCluster {
      headers = List.copyOf(headers);
    }
  }

  Set<Resource.Key> references() {
    var keys = new HashSet<Resource.Key>();
    policy.mirrors().forEach(mirror -> keys.addAll(mirror.references()));
    keys.addAll(FilterOverride.references(perFilter));
    routes.forEach(route -> keys.addAll(route.references()));
    return keys;
  }
}
