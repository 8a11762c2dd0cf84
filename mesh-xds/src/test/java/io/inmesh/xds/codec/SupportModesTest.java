package io.inmesh.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Resource;
import io.inmesh.plane.Support;
import io.inmesh.proto.envoy.config.cluster.v3.Cluster;
import io.inmesh.xds.ads.ResourceDecoder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SupportModesTest {
  private static final Cluster PARTLY =
      Cluster.newBuilder()
          .setName("c")
          .setCleanupInterval(com.google.protobuf.Duration.newBuilder().setSeconds(1))
          .build();

  private static ResourceDecoder.Decoded decode(Support support) {
    return new Decoder().forStream(support).decode(Resource.Type.CLUSTER, PARTLY.toByteString());
  }

  @Test
  void whatIsNotHonouredInFullIsRefusedOnlyIfThatIsAskedFor() {
    var strict = new Support(Support.Mode.STRICT, Map.of());
    assertThat(decode(strict))
        .isInstanceOfSatisfying(
            ResourceDecoder.Refused.class,
            refused -> {
              assertThat(refused.name()).isEqualTo("c");
              assertThat(refused.reason()).contains("cleanup_interval", "strict");
            });
    for (Support other :
        new Support[] {Support.DEFAULT, strict.with(Resource.Type.CLUSTER, Support.Mode.LENIENT)}) {
      assertThat(decode(other))
          .isInstanceOfSatisfying(
              ResourceDecoder.Accepted.class,
              accepted -> assertThat(accepted.unsupported()).hasSize(1));
    }
  }
}
