package io.inmesh.controlplane.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Address;
import io.inmesh.config.Resource;
import io.inmesh.controlplane.config.compile.Compilation;
import io.inmesh.controlplane.config.compile.NodeView;
import io.inmesh.controlplane.config.compile.NodeView.Bound;
import io.inmesh.controlplane.config.compile.NodeView.Flavour;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.codec.Encoder;
import io.inmesh.xds.codec.Extensions;
import io.inmesh.xds.codec.TlsFlavor;
import java.util.Optional;

/** What is generated can be sent, and arrives as it was. */
final class RoundTrip {
  private RoundTrip() {}

  static void check(Compilation compilation, NodeView like, Flavour flavour) {
    var bound =
        new Bound(
            new Address("127.0.0.1", 15001),
            Optional.of(new Address("127.0.0.1", 9443)),
            Optional.of(new Address("127.0.0.1", 8080)));
    var view =
        new NodeView(
            flavour,
            like.namespace(),
            like.labels(),
            like.locality(),
            flavour == Flavour.BOUND ? Optional.of(bound) : Optional.empty());
    TlsFlavor tls =
        switch (flavour) {
          case API -> TlsFlavor.INMESH;
          case BOUND -> TlsFlavor.ENVOY_STATIC_SECRETS;
          case GRPC -> TlsFlavor.GRPC;
        };
    var encoder = new Encoder(Extensions.standard(), tls);
    var decoder = new Decoder();
    for (Resource resource : compilation.resources(view).all()) {
      Resource back = decoder.decode(encoder.message(resource)).orThrow();
      // For gRPC the encoder leaves out what such clients refuse.
      if (flavour != Flavour.GRPC) {
        assertThat(back).as("%s for %s", resource.key(), flavour).isEqualTo(resource);
      }
    }
  }
}
