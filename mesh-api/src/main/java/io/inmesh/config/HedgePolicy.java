package io.inmesh.config;

/** Source: envoy.config.route.v3.HedgePolicy; the only field that Envoy implements. */
public record HedgePolicy(boolean onPerTryTimeout) {}
