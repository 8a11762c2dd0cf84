package io.inmesh.controlplane.config.model;

import java.util.List;

/** What servers demand of their callers. */
public record SecurityPolicies(
    List<PeerAuthentication> peers,
    List<RequestAuthentication> requests,
    List<AuthorizationPolicy> authorization) {
  /** Nothing is said. */
  public static final SecurityPolicies NONE = new SecurityPolicies(List.of(), List.of(), List.of());

  public SecurityPolicies {
    peers = List.copyOf(peers);
    requests = List.copyOf(requests);
    authorization = List.copyOf(authorization);
  }
}
