package io.inmesh.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.inmesh.config.Address;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.EndpointSet.LocalityEndpoints;
import io.inmesh.config.Locality;
import io.inmesh.config.Metadata;
import io.inmesh.proto.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** The short way says what the long way says, or nothing. */
class EndpointsReaderTest {
  private final EndpointsReader reader = new EndpointsReader(new Interned());
  private final Decoder decoder = new Decoder();

  @Test
  void readsWhatPlanesSendByTheThousand() {
    var endpoints =
        List.of(
            new Endpoint(new Address("10.0.0.1", 80)),
            new Endpoint(new Address("fd00::1", 1), "a.b", 7, Health.DRAINING, Metadata.EMPTY));
    var set =
        new EndpointSet(
            "outbound|80||a.b",
            List.of(
                new LocalityEndpoints(new Locality("r", "z", "s"), 3, 2, endpoints),
                new LocalityEndpoints(Locality.NONE, 0, 0, List.of())));
    assertThat(reader.read(bytes(set))).isEqualTo(set);
  }

  @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
  void saysTheSame(@ForAll("endpoints") EndpointSet endpoints) throws Exception {
    compare(bytes(endpoints));
  }

  @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
  void saysTheSameOfDamagedBytes(@ForAll("endpoints") EndpointSet endpoints, @ForAll long seed)
      throws Exception {
    var random = new SplittableRandom(seed);
    byte[] good = bytes(endpoints).toByteArray();
    for (int i = 0; i < 50; i++) {
      byte[] bad = good.clone();
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(32);
      }
      compare(
          ByteString.copyFrom(
              bad, 0, random.nextInt(4) == 0 ? random.nextInt(bad.length) : bad.length));
    }
  }

  @Provide
  Arbitrary<EndpointSet> endpoints() {
    return ClusterArbitraries.endpoints();
  }

  private static ByteString bytes(EndpointSet endpoints) {
    return EndpointsCodec.endpoints(endpoints).toByteString();
  }

  private void compare(ByteString bytes) throws InvalidProtocolBufferException {
    EndpointSet read = reader.read(bytes);
    if (read != null) {
      Decoded decoded = decoder.decode(ClusterLoadAssignment.parseFrom(bytes));
      assertThat(decoded).isEqualTo(new Decoded.Accepted(read, List.of()));
    }
  }
}
