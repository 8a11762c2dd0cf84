package io.inmesh.config;

import java.util.Optional;

/**
 * What a query parameter must be: its raw first occurrence. Source:
 * envoy.config.route.v3.QueryParameterMatcher.
 *
 * @param value empty if only presence counts
 * @param present what presence must be if {@code value} is empty
 */
public record QueryParameterMatcher(String name, Optional<StringMatcher> value, boolean present) {}
