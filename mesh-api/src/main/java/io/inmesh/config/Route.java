package io.inmesh.config;

import java.util.Map;
import java.util.Optional;

/** One rule: what it matches, what it does, how. Source: envoy.config.route.v3.Route. */
public record Route(
    String name,
    RouteMatch match,
    Action action,
    HeaderMutations mutations,
    Map<String, FilterOverride> perFilter,
    Metadata metadata,
    Optional<Decorator> decorator,
    Optional<Long> bufferLimit) {
  public Route {
    perFilter = Map.copyOf(perFilter);
  }

  /** With defaults for all that is not given. */
  public Route(String name, RouteMatch match, Action action) {
    this(
        name,
        match,
        action,
        HeaderMutations.NONE,
        Map.of(),
        Metadata.EMPTY,
        Optional.empty(),
        Optional.empty());
  }

  /** Names the operation for tracing. */
  public record Decorator(String operation, boolean propagate) {}
}
