package io.inmesh.xds.codec;

import io.inmesh.config.Balancing;
import io.inmesh.config.Balancing.Maglev;
import io.inmesh.config.Balancing.RingHash;
import io.inmesh.config.Cluster;
import io.inmesh.config.Cluster.Dns;
import io.inmesh.config.Cluster.Transport;
import io.inmesh.config.ProtocolOptions.Http;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.UpstreamTls;
import io.inmesh.proto.envoy.config.core.v3.HealthCheck;
import java.util.HashSet;
import java.util.Set;

/** What Envoy demands of the parts of a cluster together. */
final class ClusterRules {
  private ClusterRules() {}

  static void check(
      Decoding in,
      io.inmesh.proto.envoy.config.cluster.v3.Cluster message,
      Cluster.Discovery discovery,
      Balancing balancing,
      Transport transport) {
    if (provides(discovery) != balancing.policy() instanceof Balancing.ClusterProvided) {
      throw in.refuse(
          "lb_policy",
          "CLUSTER_PROVIDED is for ORIGINAL_DST and aggregate clusters, and for them only");
    }
    if (hashesHostnames(balancing) && !(discovery instanceof Dns dns && !dns.logical())) {
      throw in.refuse("lb_policy", "hostnames can be hashed in STRICT_DNS clusters only");
    }
    if (balancing.subsets().map(Balancing.Subsets::localityWeightAware).orElse(false)
        && !(balancing.locality() instanceof Balancing.Weighted)) {
      throw in.refuse(
          "lb_subset_config.locality_weight_aware", "needs locality_weighted_lb_config");
    }
    if (transport.protocol().http() == Http.AUTO) {
      alpn(in, transport);
    }
    healthChecks(in, message, transport);
  }

  /** Whether it also says which host is taken. */
  static boolean provides(Cluster.Discovery discovery) {
    return discovery instanceof Cluster.OriginalDestination
        || discovery instanceof Cluster.Aggregate;
  }

  private static boolean hashesHostnames(Balancing balancing) {
    return (balancing.policy() instanceof RingHash ring && ring.useHostname())
        || (balancing.policy() instanceof Maglev maglev && maglev.useHostname());
  }

  private static void alpn(Decoding in, Transport transport) {
    boolean all =
        isTls(transport.socket())
            && transport.socketMatches().stream().allMatch(match -> isTls(match.socket()));
    if (!all) {
      throw in.refuse("typed_extension_protocol_options", "auto_config needs TLS for ALPN");
    }
  }

  private static boolean isTls(TransportSocket socket) {
    return socket instanceof UpstreamTls;
  }

  private static void healthChecks(
      Decoding in, io.inmesh.proto.envoy.config.cluster.v3.Cluster message, Transport transport) {
    Set<String> names = new HashSet<>();
    for (HealthCheck check : message.getHealthChecksList()) {
      boolean several = message.getHealthChecksCount() > 1;
      if (several && (check.getName().isEmpty() || !names.add(check.getName()))) {
        throw in.refuse("health_checks", "several checks must have names of their own");
      }
      if (check.hasGrpcHealthCheck() && transport.protocol().http() == Http.HTTP_1) {
        throw in.refuse("health_checks", "a gRPC health check needs HTTP/2");
      }
    }
  }
}
