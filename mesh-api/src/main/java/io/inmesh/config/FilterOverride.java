package io.inmesh.config;

import java.util.Optional;

/**
 * What a route says about a filter. Source: typed_per_filter_config,
 * envoy.config.route.v3.FilterConfig.
 *
 * @param settings replace the listener's; empty to keep them
 * @param disabled the filter does not run
 */
public record FilterOverride(Optional<Extension> settings, boolean disabled) {}
