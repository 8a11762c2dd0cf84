package io.inmesh.config;

import java.util.Optional;

/**
 * Which headers others may change. Source:
 * envoy.config.common.mutation_rules.v3.HeaderMutationRules.
 *
 * @param allowRouting host, method and scheme; not by default
 * @param allowEnvoy headers that begin with {@code x-envoy}; not by default
 * @param disallowSystem headers that begin with a colon
 * @param disallowAll what no expression allows
 * @param allow always, unless disallowed by expression
 * @param disallow always
 * @param isError a change that is not allowed fails the request; otherwise it is left out
 */
public record HeaderMutationRules(
    boolean allowRouting,
    boolean allowEnvoy,
    boolean disallowSystem,
    boolean disallowAll,
    Optional<Regex> allow,
    Optional<Regex> disallow,
    boolean isError) {}
