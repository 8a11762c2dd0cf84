package io.inmesh.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import io.inmesh.config.Resource;
import io.inmesh.xds.codec.Decoded;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.codec.Encoder;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.codec.TlsFlavor;
import io.inmesh.xds.json.ProtoJson;
import java.nio.charset.StandardCharsets;

/** Any bytes as a resource: refused, or taken and encoded again to what they meant. */
class CodecFuzz {
  private final ProtoJson json = new ProtoJson();
  private final Decoder decoder = new Decoder();
  private final Encoder encoder = new Encoder(Extensions.standard(), TlsFlavor.INMESH);

  /** The first byte is the type. */
  @FuzzTest(maxDuration = "5m")
  void resource(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    Resource.Type[] types = Resource.Type.values();
    Resource.Type type = types[(bytes[0] & 0xff) % types.length];
    Decoded decoded = decoder.decode(type, ByteString.copyFrom(bytes, 1, bytes.length - 1));
    if (decoded instanceof Decoded.Accepted accepted) {
      Resource resource = accepted.resource();
      assertThat(decoder.decode(type, encoder.encode(resource)).orThrow()).isEqualTo(resource);
    }
  }

  /** Any text as proto-JSON: what is no resource says so. */
  @FuzzTest(maxDuration = "5m")
  void text(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      decoder.decode(json.resource(ProtoJson.parse(text)));
    } catch (IllegalArgumentException refused) {
      assertThat(refused.getMessage()).isNotEmpty();
    }
  }
}
