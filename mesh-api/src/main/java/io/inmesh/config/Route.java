package io.inmesh.config;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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

  Set<Resource.Key> references() {
    Set<Resource.Key> filters = FilterOverride.references(perFilter);
    if (filters.isEmpty()) {
      return action.references();
    }
    var keys = new HashSet<>(action.references());
    keys.addAll(filters);
    return keys;
  }

  /** Names the operation for tracing. */
  public record Decorator(String operation, boolean propagate) {}
}
