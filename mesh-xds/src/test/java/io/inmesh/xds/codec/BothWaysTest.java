package io.inmesh.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Resource;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** What is encoded is decoded to the same, with every field honoured. */
class BothWaysTest {
  private static final Extensions EXTENSIONS = Extensions.standard();

  @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
  void routes(@ForAll("routes") Resource routes) {
    same(routes);
  }

  @Provide
  Arbitrary<Resource> routes() {
    return RouteArbitraries.configuration().map(routes -> routes);
  }

  private static void same(Resource resource) {
    var decoder = new Decoder(EXTENSIONS, DecoderOptions.DEFAULT);
    for (TlsFlavor flavor : new TlsFlavor[] {TlsFlavor.INMESH, TlsFlavor.ENVOY_STATIC_SECRETS}) {
      var any = new Encoder(EXTENSIONS, flavor).encode(resource);
      Decoded decoded = decoder.decode(resource.type(), any);
      assertThat(decoded.orThrow()).isEqualTo(resource);
      assertThat(((Decoded.Accepted) decoded).unsupported()).isEmpty();
      assertThat(new Encoder(EXTENSIONS, flavor).encode(decoded.orThrow())).isEqualTo(any);
    }
  }
}
