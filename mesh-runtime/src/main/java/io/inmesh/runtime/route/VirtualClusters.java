package io.inmesh.runtime.route;

import io.inmesh.config.VirtualHost.VirtualCluster;
import io.inmesh.runtime.match.HeaderTest;
import io.inmesh.runtime.match.RouteInput;
import java.util.List;

/** The virtual clusters of a virtual host. */
final class VirtualClusters {
  private final String[] names;
  private final HeaderTest[][] tests;

  VirtualClusters(List<VirtualCluster> config) {
    this.names = config.stream().map(VirtualCluster::name).toArray(String[]::new);
    this.tests =
        config.stream().map(one -> HeaderTest.all(one.headers())).toArray(HeaderTest[][]::new);
  }

  /** Empty where none fits: Envoy counts such requests as "other", but names nothing. */
  String name(RouteInput call) {
    for (int i = 0; i < names.length; i++) {
      if (HeaderTest.matchAll(tests[i], call)) {
        return names[i];
      }
    }
    return "";
  }
}
