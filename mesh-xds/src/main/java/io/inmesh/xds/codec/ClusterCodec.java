package io.inmesh.xds.codec;

import io.inmesh.config.Balancing;
import io.inmesh.config.CircuitBreakers;
import io.inmesh.config.Cluster;
import io.inmesh.config.Cluster.SocketMatch;
import io.inmesh.config.Cluster.Transport;
import io.inmesh.config.Metadata;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.TransportSocket;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster.LbPolicy;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster.TransportSocketMatch;
import java.time.Duration;

/** Clusters. */
final class ClusterCodec {
  private ClusterCodec() {}

  static Cluster cluster(Decoding in, io.inmesh.proto.envoy.config.cluster.v3.Cluster message) {
    Cluster.Discovery discovery = DiscoveryCodec.discovery(in, message);
    Balancing balancing = BalancingCodec.balancing(in, message);
    Transport transport = transport(in, message);
    ClusterRules.check(in, message, discovery, balancing, transport);
    var cluster =
        new Cluster(
            in.required("name", message.getName()),
            discovery,
            balancing,
            transport,
            message.hasCircuitBreakers()
                ? in.inside(
                    "circuit_breakers",
                    message.getCircuitBreakers(),
                    CircuitBreakersCodec::breakers)
                : CircuitBreakers.DEFAULT,
            in.inside(
                message.hasOutlierDetection(),
                "outlier_detection",
                message.getOutlierDetection(),
                OutlierCodec::outlier),
            in.each("health_checks", message.getHealthChecksList(), HealthCheckCodec::check),
            in.inside("metadata", message.getMetadata(), MetadataCodec::metadata));
    return ResilienceCodec.cluster(in, cluster);
  }

  private static Transport transport(
      Decoding in, io.inmesh.proto.envoy.config.cluster.v3.Cluster message) {
    Duration connectTimeout = Transport.DEFAULT.connectTimeout();
    if (message.hasConnectTimeout()) {
      connectTimeout = in.positive("connect_timeout", message.getConnectTimeout());
    }
    return new Transport(
        connectTimeout,
        message.hasTransportSocket()
            ? in.inside("transport_socket", message.getTransportSocket(), TlsCodec::upstream)
            : new TransportSocket.RawBuffer(),
        in.each(
            "transport_socket_matches",
            message.getTransportSocketMatchesList(),
            ClusterCodec::socketMatch),
        ProtocolCodec.options(in, message));
  }

  private static SocketMatch socketMatch(Decoding in, TransportSocketMatch message) {
    return new SocketMatch(
        in.required("name", message.getName()),
        MetadataCodec.struct(in, message.getMatch()),
        in.inside("transport_socket", message.getTransportSocket(), TlsCodec::upstream));
  }

  static io.inmesh.proto.envoy.config.cluster.v3.Cluster cluster(Cluster cluster, TlsEncoding tls) {
    var message =
        io.inmesh.proto.envoy.config.cluster.v3.Cluster.newBuilder().setName(cluster.name());
    DiscoveryCodec.encode(cluster.name(), cluster.discovery(), message);
    BalancingCodec.encode(cluster.balancing(), message);
    if (ClusterRules.provides(cluster.discovery())) {
      message.setLbPolicy(LbPolicy.CLUSTER_PROVIDED);
    }
    Transport transport = cluster.transport();
    message.setConnectTimeout(Protos.duration(transport.connectTimeout()));
    tls.socket(transport.socket()).ifPresent(message::setTransportSocket);
    if (tls.flavor() != TlsFlavor.GRPC) {
      for (SocketMatch match : transport.socketMatches()) {
        message
            .addTransportSocketMatchesBuilder()
            .setName(match.name())
            .setMatch(MetadataCodec.struct(match.match()))
            .setTransportSocket(tls.socketOrRaw(match.socket()));
      }
    }
    if (!transport.protocol().equals(ProtocolOptions.HTTP_1)) {
      message.putTypedExtensionProtocolOptions(
          ProtocolCodec.TYPE,
          Anys.of(ProtocolCodec.TYPE, ProtocolCodec.options(transport.protocol())));
    }
    if (!cluster.circuitBreakers().equals(CircuitBreakers.DEFAULT)) {
      message.setCircuitBreakers(CircuitBreakersCodec.breakers(cluster.circuitBreakers()));
    }
    cluster
        .outlierDetection()
        .ifPresent(outlier -> message.setOutlierDetection(OutlierCodec.outlier(outlier)));
    message.addAllHealthChecks(HealthCheckCodec.checks(cluster.healthChecks()));
    Metadata metadata = ResilienceCodec.metadata(cluster);
    if (!metadata.byNamespace().isEmpty()) {
      message.setMetadata(MetadataCodec.metadata(metadata));
    }
    return message.build();
  }
}
