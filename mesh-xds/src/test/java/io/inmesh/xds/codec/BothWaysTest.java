package io.inmesh.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.ExtensionConfig;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.Resource;
import io.inmesh.config.RuntimeLayer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** What is encoded is decoded to the same, with every field honoured. */
class BothWaysTest {
  private static final Extensions EXTENSIONS = Extensions.standard();

  @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
  void routes(@ForAll("routes") Resource routes) {
    same(routes);
  }

  @Provide
  Arbitrary<Resource> routes() {
    return RouteArbitraries.configuration().map(routes -> routes);
  }

  @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
  void clusters(@ForAll("clusters") Resource cluster) {
    same(cluster);
  }

  @Provide
  Arbitrary<Resource> clusters() {
    return ClusterArbitraries.cluster().map(cluster -> cluster);
  }

  @Property(tries = 200, shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
  void endpoints(@ForAll("endpoints") Resource endpoints) {
    same(endpoints);
  }

  @Provide
  Arbitrary<Resource> endpoints() {
    return ClusterArbitraries.endpoints().map(endpoints -> endpoints);
  }

  @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
  void listeners(@ForAll("listeners") Resource listener) {
    same(listener);
  }

  @Provide
  Arbitrary<Resource> listeners() {
    return ListenerArbitraries.listener().map(listener -> listener);
  }

  @Property(tries = 50, shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
  void secrets(@ForAll("secrets") Resource secret) {
    same(secret);
  }

  @Provide
  Arbitrary<Resource> secrets() {
    return ListenerArbitraries.secret().map(secret -> secret);
  }

  @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
  void extensions(@ForAll("extensions") Resource extension) {
    same(extension);
  }

  @Provide
  Arbitrary<Resource> extensions() {
    return Combinators.combine(ConfigArbitraries.name(), FilterArbitraries.inChain())
        .as(ExtensionConfig::new);
  }

  @Property(tries = 100, shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
  void layers(@ForAll("layers") Resource layer) {
    same(layer);
  }

  @Provide
  Arbitrary<Resource> layers() {
    Arbitrary<Object> value =
        Arbitraries.oneOf(
            Arbitraries.of("", "text", 1.0, -2.5, true, false),
            ConfigArbitraries.fraction()
                .map(share -> new FractionalPercent(share.numerator(), share.denominator(), "")));
    Arbitrary<String> key = Arbitraries.of("a", "a.b", "upstream.healthy_panic_threshold", "ü");
    return Combinators.combine(ConfigArbitraries.name(), Arbitraries.maps(key, value).ofMaxSize(4))
        .as(RuntimeLayer::new);
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
