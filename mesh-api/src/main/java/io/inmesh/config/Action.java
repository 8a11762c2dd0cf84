package io.inmesh.config;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a route does. The cases are reached through {@link #on}: Java 17 has no pattern switch. */
public sealed interface Action {
  /** Calls the case that this is. */
  <C> void on(C call, Cases<C> cases);

  /** The clusters that are known by name. */
  default Set<Resource.Key> references() {
    return Set.of();
  }

  /** One method a case. */
  interface Cases<C> {
    void forward(C call, Forward to);

    void direct(C call, DirectResponse reply);

    void redirect(C call, Redirect to);

    void nonForwarding(C call);
  }

  /**
   * Sends the request on. Source: envoy.config.route.v3.RouteAction.
   *
   * @param clusterNotFoundStatus 503 by default
   * @param metadataMatch which subset of the cluster, by {@code envoy.lb} metadata
   * @param fallback beyond Envoy: travels in the route's metadata, see {@link Resilience#METADATA}
   */
  record Forward(
      ClusterSpecifier clusters,
      int clusterNotFoundStatus,
      Rewrite rewrite,
      Timeouts timeouts,
      Optional<RetryPolicy> retry,
      Optional<HedgePolicy> hedge,
      List<MirrorPolicy> mirrors,
      List<HashPolicy> hashPolicies,
      Map<String, Object> metadataMatch,
      Optional<InternalRedirectPolicy> internalRedirect,
      Priority priority,
      RateLimit.OfRoute rateLimits,
      Optional<Fallback> fallback)
      implements Action {
    public Forward {
      mirrors = List.copyOf(mirrors);
      hashPolicies = List.copyOf(hashPolicies);
      metadataMatch = Map.copyOf(metadataMatch);
    }

    /** Without a fallback. */
    public Forward(
        ClusterSpecifier clusters,
        int clusterNotFoundStatus,
        Rewrite rewrite,
        Timeouts timeouts,
        Optional<RetryPolicy> retry,
        Optional<HedgePolicy> hedge,
        List<MirrorPolicy> mirrors,
        List<HashPolicy> hashPolicies,
        Map<String, Object> metadataMatch,
        Optional<InternalRedirectPolicy> internalRedirect,
        Priority priority,
        RateLimit.OfRoute rateLimits) {
      this(
          clusters,
          clusterNotFoundStatus,
          rewrite,
          timeouts,
          retry,
          hedge,
          mirrors,
          hashPolicies,
          metadataMatch,
          internalRedirect,
          priority,
          rateLimits,
          Optional.empty());
    }

    /** Without rate limits. */
    public Forward(
        ClusterSpecifier clusters,
        int clusterNotFoundStatus,
        Rewrite rewrite,
        Timeouts timeouts,
        Optional<RetryPolicy> retry,
        Optional<HedgePolicy> hedge,
        List<MirrorPolicy> mirrors,
        List<HashPolicy> hashPolicies,
        Map<String, Object> metadataMatch,
        Optional<InternalRedirectPolicy> internalRedirect,
        Priority priority) {
      this(
          clusters,
          clusterNotFoundStatus,
          rewrite,
          timeouts,
          retry,
          hedge,
          mirrors,
          hashPolicies,
          metadataMatch,
          internalRedirect,
          priority,
          RateLimit.OfRoute.NONE);
    }

    /** With defaults for all that is not given. */
    public static Forward to(ClusterSpecifier clusters) {
      return new Forward(
          clusters,
          503,
          Rewrite.NONE,
          Timeouts.DEFAULT,
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of(),
          Map.of(),
          Optional.empty(),
          Priority.DEFAULT);
    }

    /** The same with other timeouts. */
    public Forward withTimeouts(Timeouts value) {
      return new Forward(
          clusters,
          clusterNotFoundStatus,
          rewrite,
          value,
          retry,
          hedge,
          mirrors,
          hashPolicies,
          metadataMatch,
          internalRedirect,
          priority,
          rateLimits,
          fallback);
    }

    /** The same with a retry policy. */
    public Forward withRetry(RetryPolicy value) {
      return new Forward(
          clusters,
          clusterNotFoundStatus,
          rewrite,
          timeouts,
          Optional.of(value),
          hedge,
          mirrors,
          hashPolicies,
          metadataMatch,
          internalRedirect,
          priority,
          rateLimits,
          fallback);
    }

    /** The same with a fallback. */
    public Forward withFallback(Optional<Fallback> value) {
      return new Forward(
          clusters,
          clusterNotFoundStatus,
          rewrite,
          timeouts,
          retry,
          hedge,
          mirrors,
          hashPolicies,
          metadataMatch,
          internalRedirect,
          priority,
          rateLimits,
          value);
    }

    @Override
    public Set<Resource.Key> references() {
      var keys = new HashSet<>(clusters.references());
      mirrors.forEach(mirror -> keys.addAll(mirror.references()));
      fallback.ifPresent(to -> keys.addAll(to.target().references()));
      return keys;
    }

    @Override
    public <C> void on(C call, Cases<C> cases) {
      cases.forward(call, this);
    }
  }

  /** Which thresholds of a cluster count. */
  enum Priority {
    DEFAULT,
    HIGH
  }

  /**
   * Answers at once. Source: envoy.config.route.v3.DirectResponseAction.
   *
   * @param bodyFormat makes the body; empty for {@code body} as it is
   */
  record DirectResponse(int status, String body, Optional<BodyFormat> bodyFormat)
      implements Action {
    @Override
    public <C> void on(C call, Cases<C> cases) {
      cases.direct(call, this);
    }
  }

  /** A body made by a format. Source: envoy.config.core.v3.SubstitutionFormatString, text only. */
  record BodyFormat(Format format, Optional<String> contentType) {}

  /**
   * Sends the caller elsewhere. Source: envoy.config.route.v3.RedirectAction.
   *
   * @param scheme what the scheme becomes; {@code httpsRedirect} is {@code https}
   * @param port 0 for none
   * @param status 301 by default
   */
  record Redirect(
      Optional<String> scheme,
      boolean httpsRedirect,
      Optional<String> host,
      int port,
      Rewrite.Path path,
      int status,
      boolean stripQuery)
      implements Action {
    @Override
    public <C> void on(C call, Cases<C> cases) {
      cases.redirect(call, this);
    }
  }

  /** Allows an inbound request; a client cannot use it. */
  record NonForwarding() implements Action {
    @Override
    public <C> void on(C call, Cases<C> cases) {
      cases.nonForwarding(call);
    }
  }
}
