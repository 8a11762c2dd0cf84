package io.inmesh.config;

import java.util.Optional;
import java.util.Set;

/**
 * A copy of the request to another cluster, whose response is dropped. Source:
 * envoy.config.route.v3.RouteAction.RequestMirrorPolicy.
 *
 * @param cluster or, if empty, {@code clusterHeader} names the header that names it
 * @param disableShadowHostSuffix the authority stays without {@code -shadow}
 */
public record MirrorPolicy(
    Optional<String> cluster,
    Optional<String> clusterHeader,
    FractionalPercent fraction,
    boolean disableShadowHostSuffix,
    Optional<String> hostRewrite,
    HeaderMutations mutations,
    Optional<Boolean> traceSampled) {
  Set<Resource.Key> references() {
    return cluster
        .map(name -> Set.of(new Resource.Key(Resource.Type.CLUSTER, name)))
        .orElse(Set.of());
  }
}
