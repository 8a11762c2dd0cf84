package io.inmesh.controlplane.config.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which tokens of users are accepted; none is demanded. Source: security.istio.io
 * RequestAuthentication.
 */
public record RequestAuthentication(Origin origin, WorkloadTarget target, List<JwtRule> rules) {
  public RequestAuthentication {
    rules = List.copyOf(rules);
  }

  /**
   * Tokens of one issuer.
   *
   * @param audiences none for any
   * @param jwks the keys; empty if they are fetched from {@code jwksUri}
   * @param headers where tokens stand, with the prefix before them; with params and cookies all
   *     empty: where tokens stand by default
   * @param payloadHeader a header that takes the payload; empty for none
   * @param claimHeaders headers that take claims, by their names
   * @param forward the token goes on to the application
   * @param timeout of fetching keys
   * @param spaceDelimitedClaims claims that are lists, beside scope and permission
   */
  public record JwtRule(
      String issuer,
      List<String> audiences,
      String jwks,
      String jwksUri,
      List<Map.Entry<String, String>> headers,
      List<String> params,
      List<String> cookies,
      String payloadHeader,
      List<Map.Entry<String, String>> claimHeaders,
      boolean forward,
      Optional<Duration> timeout,
      List<String> spaceDelimitedClaims) {
    public JwtRule {
      audiences = List.copyOf(audiences);
      headers = List.copyOf(headers);
      params = List.copyOf(params);
      cookies = List.copyOf(cookies);
      claimHeaders = List.copyOf(claimHeaders);
      spaceDelimitedClaims = List.copyOf(spaceDelimitedClaims);
    }
  }
}
