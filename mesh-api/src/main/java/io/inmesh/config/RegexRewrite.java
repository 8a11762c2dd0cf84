package io.inmesh.config;

/**
 * Replaces what a pattern matches. Source: envoy.type.matcher.v3.RegexMatchAndSubstitute.
 *
 * @param substitution {@code \1} stands for the first group, {@code \0} for the whole match
 */
public record RegexRewrite(Regex pattern, String substitution) {}
