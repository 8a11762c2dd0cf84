package io.inmesh.config;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * JSON web tokens. Source: envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication.
 *
 * @param rules the first whose match fits counts
 * @param requirements by name, for rules and routes
 * @param bypassPreflight CORS preflight requests need no token
 * @param stripFailure a refusal has neither body nor www-authenticate
 */
public record JwtAuthentication(
    Map<String, Provider> providers,
    List<Rule> rules,
    Map<String, Requirement> requirements,
    boolean bypassPreflight,
    boolean stripFailure)
    implements Extension {
  /** The type of these settings. */
  public static final String TYPE = "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication";

  public JwtAuthentication {
    providers = Map.copyOf(providers);
    rules = List.copyOf(rules);
    requirements = Map.copyOf(requirements);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Set<Resource.Key> references() {
    var clusters = new HashSet<Resource.Key>();
    for (Provider provider : providers.values()) {
      if (provider.jwks() instanceof RemoteJwks remote) {
        clusters.add(new Resource.Key(Resource.Type.CLUSTER, remote.cluster()));
      }
    }
    return clusters;
  }

  /**
   * What a route says instead.
   *
   * @param requirement the name of one; empty: the filter does nothing on this route
   */
  public record PerRoute(Optional<String> requirement) implements Extension {
    /** The type of these settings. */
    public static final String TYPE = "envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig";

    @Override
    public String type() {
      return TYPE;
    }
  }

  /**
   * Who issues tokens, and how they are verified.
   *
   * @param issuer empty for any
   * @param audiences none for any
   * @param subject empty for any
   * @param clockSkew 60 s by default
   * @param cachedTokens how many verified tokens are remembered; none by default
   */
  public record Provider(
      String issuer,
      List<String> audiences,
      Optional<StringMatcher> subject,
      Jwks jwks,
      Places places,
      Results results,
      boolean requireExpiration,
      Optional<Duration> maxLifetime,
      Duration clockSkew,
      int cachedTokens) {
    public Provider {
      audiences = List.copyOf(audiences);
    }

    /** Remembers no tokens. */
    public Provider(
        String issuer,
        List<String> audiences,
        Optional<StringMatcher> subject,
        Jwks jwks,
        Places places,
        Results results,
        boolean requireExpiration,
        Optional<Duration> maxLifetime,
        Duration clockSkew) {
      this(
          issuer,
          audiences,
          subject,
          jwks,
          places,
          results,
          requireExpiration,
          maxLifetime,
          clockSkew,
          0);
    }
  }

  /** Keys to verify with. */
  public sealed interface Jwks {}

  /** In the config. */
  public record LocalJwks(String json) implements Jwks {}

  /**
   * To be fetched.
   *
   * @param cacheDuration 10 minutes by default
   * @param retry how a failed fetch is tried again at once
   * @param async fetched ahead of the first request; empty: when a request needs them
   */
  public record RemoteJwks(
      String uri,
      String cluster,
      Duration timeout,
      Duration cacheDuration,
      Optional<RetryPolicy> retry,
      Optional<AsyncFetch> async)
      implements Jwks {
    /** Without retries. */
    public RemoteJwks(
        String uri, String cluster, Duration timeout, Duration cacheDuration, boolean async) {
      this(
          uri,
          cluster,
          timeout,
          cacheDuration,
          Optional.empty(),
          async ? Optional.of(AsyncFetch.DEFAULT) : Optional.empty());
    }
  }

  /**
   * Keys that are fetched ahead, and again before they are too old; they serve until there are
   * others.
   *
   * @param fastListener whether the listener is served before the first fetch ends. Requests that
   *     need the keys wait for it either way
   * @param failedRefetch after a fetch that failed; 1 s by default
   */
  public record AsyncFetch(boolean fastListener, Duration failedRefetch) {
    /** What an empty message says. */
    public static final AsyncFetch DEFAULT = new AsyncFetch(false, Duration.ofSeconds(1));
  }

  /**
   * Where tokens are looked for: by default in authorization and access_token.
   *
   * @param forward the token stays in the request
   */
  public record Places(
      List<HeaderPlace> headers, List<String> parameters, List<String> cookies, boolean forward) {
    public Places {
      headers = List.copyOf(headers);
      parameters = List.copyOf(parameters);
      cookies = List.copyOf(cookies);
    }
  }

  /** A header, and what stands in it before the token. */
  public record HeaderPlace(String name, String prefix) {}

  /**
   * What becomes of a verified token.
   *
   * @param payloadHeader the header that the payload is forwarded in, or empty
   * @param payloadMetadata the key, in the filter's metadata, of the payload, or empty
   * @param headerMetadata the same of the token's header
   * @param failureMetadata the same of the reason of a failure
   * @param spaceDelimitedClaims claims that metadata has as lists
   */
  public record Results(
      String payloadHeader,
      boolean padPayloadHeader,
      String payloadMetadata,
      String headerMetadata,
      String failureMetadata,
      List<String> spaceDelimitedClaims,
      List<ClaimHeader> claimHeaders,
      boolean clearRouteCache) {
    public Results {
      spaceDelimitedClaims = List.copyOf(spaceDelimitedClaims);
      claimHeaders = List.copyOf(claimHeaders);
    }
  }

  /** A claim that becomes a header. */
  public record ClaimHeader(String header, String claim) {}

  /**
   * What some requests need.
   *
   * @param requirement empty: nothing
   */
  public record Rule(RouteMatch match, Optional<Requirement> requirement) {}

  /** What a request needs. */
  public sealed interface Requirement {}

  /** A token of a provider; audiences replace the provider's if there are any. */
  public record ByProvider(String provider, List<String> audiences) implements Requirement {
    public ByProvider {
      audiences = List.copyOf(audiences);
    }
  }

  /** The requirement of this name. */
  public record Named(String name) implements Requirement {}

  /** One of these. */
  public record AnyRequirement(List<Requirement> requirements) implements Requirement {
    public AnyRequirement {
      requirements = List.copyOf(requirements);
    }
  }

  /** All of these. */
  public record AllRequirements(List<Requirement> requirements) implements Requirement {
    public AllRequirements {
      requirements = List.copyOf(requirements);
    }
  }

  /** A token may be missing; one that is there must be good. */
  public record AllowMissing() implements Requirement {}

  /** A token may be missing or bad. */
  public record AllowMissingOrFailed() implements Requirement {}
}
