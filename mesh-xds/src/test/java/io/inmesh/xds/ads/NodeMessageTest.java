package io.inmesh.xds.ads;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeMessageTest {
  @Test
  void aPlaneReadsWhatTheClientSays() throws InvalidProtocolBufferException {
    Map<String, Object> metadata =
        Map.of(
            "INMESH",
            Map.of("version", "0.1"),
            "text",
            "grüße",
            "number",
            2.5,
            "flag",
            true,
            "empty",
            Map.of(),
            "list",
            List.of("a", 1.0, false, Map.of("k", "v")));
    var node = new Node("id", "web", new Locality("r", "z", "s"), metadata);
    byte[] bytes = NodeMessage.of(node).toByteArray();
    var received = io.inmesh.proto.envoy.config.core.v3.Node.parseFrom(bytes);
    assertThat(received.getUnknownFields().asMap()).isEmpty();
    assertThat(NodeMessage.read(received)).isEqualTo(node);
  }

  @Test
  void whoHasNoVersionGetsOne() throws InvalidProtocolBufferException {
    var node = new Node("id", "web", Locality.NONE, Map.of());
    byte[] bytes = NodeMessage.of(node).toByteArray();
    var received = io.inmesh.proto.envoy.config.core.v3.Node.parseFrom(bytes);
    assertThat(NodeMessage.read(received).metadata()).containsOnlyKeys(NodeMessage.INMESH);
  }
}
