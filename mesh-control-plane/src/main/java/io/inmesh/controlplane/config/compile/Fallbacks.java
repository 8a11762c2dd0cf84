package io.inmesh.controlplane.config.compile;

import io.inmesh.config.Fallback;
import io.inmesh.controlplane.config.model.Standby;
import io.inmesh.controlplane.config.model.VirtualService.Destination;
import java.util.Optional;

/** Fallbacks by the names of clusters. */
final class Fallbacks {
  private Fallbacks() {}

  /** Without a port of its own, a destination is called on the port that the call was for. */
  static Fallback of(Standby standby, int port) {
    Optional<Fallback.Target> to = standby.to().map(one -> new Fallback.ToCluster(name(one, port)));
    return new Fallback(standby.on(), to.or(standby::answer).orElseThrow());
  }

  private static String name(Destination to, int port) {
    return Names.outbound(to.port() == 0 ? port : to.port(), to.subset(), to.host());
  }
}
