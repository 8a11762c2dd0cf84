package io.inmesh.runtime.route;

import io.inmesh.explain.Explanation.RouteStep;
import io.inmesh.explain.Explanation.Split;
import io.inmesh.explain.Explanation.VirtualHostStep;
import java.util.List;

/** Is told how a route is chosen. */
public interface RouteTrace {
  /**
   * Domains were compared.
   *
   * @param host with what; "" if there was nothing to compare
   * @param fitting the winner first; none if none fits
   */
  void host(String host, List<VirtualHostStep> fitting);

  /** Routes were tried, up to the one that was taken. */
  void routes(List<RouteStep> tried);

  /** A cluster was drawn. */
  void split(Split split);
}
