package io.inmesh.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.CommonTls;
import io.inmesh.config.TransportSocket.Local;
import io.inmesh.config.TransportSocket.SanMatcher;
import io.inmesh.config.TransportSocket.SanType;
import io.inmesh.config.TransportSocket.Validation;
import io.inmesh.config.TransportSocket.Version;
import io.inmesh.proto.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.inmesh.proto.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What grpc-xds takes: certificate providers, untyped names, no socket matches, weights. */
class GrpcFlavorTest {
  private final Encoder encoder = new Encoder(Extensions.standard(), TlsFlavor.GRPC);

  @Test
  void certificateProviders() throws Exception {
    var name = new SanMatcher(SanType.URI, new StringMatcher.Exact("spiffe://d/ns/n/sa/s", false));
    var validation =
        new Validation(
            Optional.of(new Local("ROOTCA")), List.of(name), List.of(), List.of(), false, false);
    var tls =
        new TransportSocket.UpstreamTls(
            new CommonTls(
                Optional.of(new Local("default")),
                Optional.of(validation),
                List.of("h2"),
                Version.TLS_1_2,
                Version.AUTO),
            "",
            false,
            false);
    var transport =
        new Cluster.Transport(
            Duration.ofSeconds(5),
            tls,
            List.of(new Cluster.SocketMatch("m", Map.of(), new TransportSocket.RawBuffer())),
            ProtocolOptions.HTTP_2);
    var plain = new Cluster("c", new Cluster.Eds("c"));
    var cluster =
        new Cluster(
            "c",
            plain.discovery(),
            plain.balancing(),
            transport,
            plain.circuitBreakers(),
            Optional.empty(),
            List.of(),
            plain.metadata());
    var message = (io.inmesh.proto.envoy.config.cluster.v3.Cluster) encoder.message(cluster);
    assertThat(message.getTransportSocketMatchesList()).isEmpty();
    CommonTlsContext common =
        UpstreamTlsContext.parseFrom(message.getTransportSocket().getTypedConfig().getValue())
            .getCommonTlsContext();
    assertThat(common.getTlsCertificateProviderInstance().getCertificateName())
        .isEqualTo("default");
    assertThat(common.hasTlsParams()).isFalse();
    var context = common.getValidationContext();
    assertThat(context.getCaCertificateProviderInstance().getCertificateName()).isEqualTo("ROOTCA");
    assertThat(context.getMatchTypedSubjectAltNamesList()).isEmpty();
    assertThat(context.getMatchSubjectAltNames(0).getExact()).isEqualTo("spiffe://d/ns/n/sa/s");
  }

  @Test
  void everyLocalityHasAWeight() {
    var endpoints = EndpointSet.of("c", List.of(new Endpoint(new Address("127.0.0.1", 80))));
    var message = (ClusterLoadAssignment) encoder.message(endpoints);
    assertThat(message.getEndpoints(0).getLoadBalancingWeight().getValue()).isEqualTo(1);
  }
}
