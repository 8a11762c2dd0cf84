package io.inmesh.xds.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.inmesh.config.Resource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RedactionTest {
  private static final String KEY = "-----BEGIN PRIVATE KEY----- do not show";

  @Test
  void keysAreLeftOutWhereverTheyStand() {
    var json = new ProtoJson();
    Map<String, Object> certificate =
        Map.of(
            "certificate_chain", Map.of("inline_string", "the chain"),
            "private_key", Map.of("inline_string", KEY),
            "password", Map.of("inline_string", KEY));
    Map<String, Object> socket =
        Map.of(
            "@type",
            "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
            "common_tls_context",
            Map.of("tls_certificates", List.of(certificate)));
    Map<String, Object> cluster =
        Map.of("name", "c", "transport_socket", Map.of("name", "tls", "typed_config", socket));
    Message message = json.resource(Resource.Type.CLUSTER, cluster);
    assertThat(json.print(message)).contains(KEY);
    var any =
        Any.newBuilder()
            .setTypeUrl(Resource.Type.CLUSTER.url())
            .setValue(message.toByteString())
            .build();
    assertThat(json.printRedacted(any))
        .contains("the chain", "UpstreamTlsContext")
        .doesNotContain("do not show");
  }

  @Test
  void whatIsNotKnownIsEmptied() {
    var any = Any.newBuilder().setTypeUrl("x/unknown.Type").build();
    assertThat(new ProtoJson().printRedacted(any)).doesNotContain("unknown");
  }
}
