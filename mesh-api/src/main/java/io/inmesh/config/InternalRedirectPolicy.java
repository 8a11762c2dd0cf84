package io.inmesh.config;

import java.util.List;

/**
 * Redirects that the mesh follows itself. Source: envoy.config.route.v3.InternalRedirectPolicy.
 *
 * @param max 1 by default
 * @param statusCodes 302 by default
 * @param predicates type names of the extensions that must agree
 * @param responseHeadersToCopy lower case
 */
public record InternalRedirectPolicy(
    int max,
    List<Integer> statusCodes,
    List<String> predicates,
    boolean allowCrossScheme,
    List<String> responseHeadersToCopy) {
  public InternalRedirectPolicy {
    statusCodes = List.copyOf(statusCodes);
    predicates = List.copyOf(predicates);
    responseHeadersToCopy = List.copyOf(responseHeadersToCopy);
  }
}
