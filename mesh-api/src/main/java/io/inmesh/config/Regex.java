package io.inmesh.config;

/**
 * A regular expression in RE2 syntax, valid when it stands in config. Source:
 * envoy.type.matcher.v3.RegexMatcher.
 */
public record Regex(String pattern) {}
