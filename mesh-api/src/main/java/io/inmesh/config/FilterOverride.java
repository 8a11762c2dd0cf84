package io.inmesh.config;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a route says about a filter. Source: typed_per_filter_config,
 * envoy.config.route.v3.FilterConfig.
 *
 * @param settings replace the listener's; empty to keep them
 * @param disabled the filter does not run
 */
public record FilterOverride(Optional<Extension> settings, boolean disabled) {
  /** What must be known before any of these can be enforced. */
  static Set<Resource.Key> references(Map<String, FilterOverride> overrides) {
    if (overrides.isEmpty()) {
      return Set.of();
    }
    var keys = new HashSet<Resource.Key>();
    for (FilterOverride override : overrides.values()) {
      override.settings().ifPresent(settings -> keys.addAll(settings.references()));
    }
    return keys;
  }
}
