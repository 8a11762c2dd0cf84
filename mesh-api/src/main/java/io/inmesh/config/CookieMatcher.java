package io.inmesh.config;

/** What a cookie must be. Source: envoy.config.route.v3.CookieMatcher. */
public record CookieMatcher(String name, StringMatcher value, boolean invert) {}
