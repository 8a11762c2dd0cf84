package io.inmesh.runtime.filter;

import io.inmesh.call.HttpFilter;
import io.inmesh.config.Extension;
import io.inmesh.config.OnDemand;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.Stage;
import java.util.List;
import java.util.Optional;

/** Holds a call while the plane is asked for its virtual host or its cluster. */
final class OnDemandFilter extends Stage {
  private final Optional<OnDemand.Clusters> clusters;

  private OnDemandFilter(Optional<OnDemand.Clusters> clusters) {
    this.clusters = clusters;
  }

  static HttpFilter of(OnDemand own, List<Extension> ofRoutes) {
    return new OnDemandFilter(
        !ofRoutes.isEmpty() && ofRoutes.get(0) instanceof OnDemand.PerRoute route
            ? route.clusters()
            : own.clusters());
  }

  @Override
  protected Verdict request(FilteredCall call) {
    boolean held =
        call.route().isEmpty()
            ? call.demandHost()
            : clusters.isPresent() && call.demandCluster(clusters.get().timeout());
    return held ? Verdict.STOP : Verdict.CONTINUE;
  }
}
