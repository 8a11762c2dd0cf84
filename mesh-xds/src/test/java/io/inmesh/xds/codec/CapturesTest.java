package io.inmesh.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.Listener;
import io.inmesh.config.Metadata;
import io.inmesh.config.Resource;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.TransportSocket.UpstreamTls;
import io.inmesh.identity.Pem;
import io.inmesh.xds.json.ProtoJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What a real Istiod and a real Consul served, to nodes of all kinds. */
class CapturesTest {
  private final ProtoJson json = new ProtoJson();
  private final Decoder decoder = new Decoder();

  @Test
  void everyResourceDecodes() {
    var refused = new ArrayList<String>();
    var unsupported = new TreeSet<String>();
    for (Decoded decoded : all("")) {
      if (decoded instanceof Decoded.Refused no) {
        refused.add(no.name() + " " + no.message());
      } else {
        ((Decoded.Accepted) decoded)
            .unsupported()
            .forEach(field -> unsupported.add(field.replaceAll("\\[\\d+\\]", "")));
      }
    }
    assertThat(refused).isEmpty();
    assertThat(unsupported).contains("cleanup_interval", "dns_jitter").isNotEmpty();
    assertThat(LeftAside.without(unsupported)).as("fields without a reason").isEmpty();
  }

  /** One of each field that Istiod emits to sidecars, whether or not a recording has it. */
  @Test
  void whatIstiodMayEmitIsHonouredOrLeftAsideForAReason() throws IOException {
    var refused = new ArrayList<String>();
    var unsupported = new TreeSet<String>();
    try (InputStream file = CapturesTest.class.getResourceAsStream("istio-fields.json")) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      for (Object resource : Recorded.list(ProtoJson.parse(text))) {
        Decoded decoded = decoder.decode(json.resource(resource));
        if (decoded instanceof Decoded.Accepted accepted) {
          unsupported.addAll(accepted.unsupported());
        } else {
          refused.add(((Decoded.Refused) decoded).message());
        }
      }
    }
    assertThat(refused).isEmpty();
    assertThat(unsupported).anyMatch(field -> field.endsWith("access_log"));
    assertThat(LeftAside.without(unsupported)).as("fields without a reason").isEmpty();
  }

  @Test
  void aFieldWithoutAReasonIsSeen() {
    assertThat(LeftAside.without(List.of("a.access_log", "a.nothing_known")))
        .containsExactly("a.nothing_known");
  }

  @Test
  void whatIsDecodedIsEncodedAndDecodedAgain() {
    var encoder = new Encoder(Extensions.standard(), TlsFlavor.INMESH);
    for (Decoded decoded : all("")) {
      Resource resource = decoded.orThrow();
      Decoded again = decoder.decode(resource.type(), encoder.encode(resource));
      assertThat(again.orThrow()).isEqualTo(resource);
    }
  }

  @Test
  void istioForGrpc() {
    Listener listener = only(Listener.class, each -> each.name().startsWith("backend"));
    assertThat(listener.direction()).isEqualTo(Listener.Direction.API);
    EndpointSet endpoints = only(EndpointSet.class, each -> each.name().contains("backend"));
    Metadata metadata = endpoints.localities().get(0).endpoints().get(0).metadata();
    assertThat(metadata.in(Metadata.TRANSPORT_SOCKET_MATCH)).containsEntry("tlsMode", "istio");
    Cluster cluster = only(Cluster.class, each -> each.transport().socket() instanceof UpstreamTls);
    var tls = (UpstreamTls) cluster.transport().socket();
    assertThat(tls.common().certificate()).contains(new TransportSocket.Local("default"));
    assertThat(tls.common().validation().orElseThrow().authorities())
        .contains(new TransportSocket.Local("ROOTCA"));
  }

  @Test
  void consulHasItsKeysInline() {
    boolean inline =
        all("consul").stream()
            .map(Decoded::orThrow)
            .filter(Cluster.class::isInstance)
            .map(resource -> ((Cluster) resource).transport().socket())
            .filter(UpstreamTls.class::isInstance)
            .map(socket -> ((UpstreamTls) socket).common())
            .allMatch(
                common ->
                    common.certificate().orElseThrow() instanceof TransportSocket.InlineSecret
                        && common.validation().orElseThrow().authorities().orElseThrow()
                            instanceof TransportSocket.InlineSecret);
    assertThat(inline).isTrue();
  }

  private <R extends Resource> R only(Class<R> type, Predicate<R> which) {
    return all("istio-plain/grpc").stream()
        .map(Decoded::orThrow)
        .filter(type::isInstance)
        .map(type::cast)
        .filter(which)
        .findFirst()
        .orElseThrow();
  }

  private List<Decoded> all(String from) {
    var all = new ArrayList<Decoded>();
    for (Map<String, Object> line : Recorded.lines("captures", "@KEY@", key())) {
      if (String.valueOf(line.get("from")).startsWith(from)) {
        all.add(decoder.decode(json.resource(line.get("resource"))));
      }
    }
    assertThat(all).isNotEmpty();
    return all;
  }

  /** Private keys are not kept among the recordings. */
  private static String key() {
    return Pem.ofPrivateKey(Keys.PAIR.key()).replace("\n", "\\n");
  }
}
