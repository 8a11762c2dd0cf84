package io.inmesh.config;

import java.util.Optional;
import java.util.Set;

/**
 * What a cluster has beyond Envoy. Travels in the cluster's metadata under {@link #METADATA}, which
 * Envoy carries and does not read.
 *
 * @param fallback for calls whose route has none
 */
public record Resilience(Optional<CircuitBreaker> breaker, Optional<Fallback> fallback) {
  /** Nothing beyond Envoy. */
  public static final Resilience NONE = new Resilience(Optional.empty(), Optional.empty());

  /** The namespace of metadata that it travels in; a route's fallback as well. */
  public static final String METADATA = "io.inmesh.resilience";

  Set<Resource.Key> references() {
    return fallback.map(to -> to.target().references()).orElse(Set.of());
  }
}
