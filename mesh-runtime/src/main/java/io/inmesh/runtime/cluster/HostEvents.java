package io.inmesh.runtime.cluster;

import io.inmesh.config.Address;
import io.inmesh.config.Resource;
import java.util.Set;

/** Told when a host's standing changes. Called on the cluster's writer. */
public interface HostEvents {
  /** Nobody listens. */
  HostEvents NONE = new HostEvents() {};

  /**
   * A detector found an outlier.
   *
   * @param ejections how often it has been ejected, this time included if {@code enforced}
   * @param enforced whether it was ejected; false if chance (enforcing percent) let it go
   */
  default void ejected(
      String cluster, Address host, Ejection reason, int ejections, boolean enforced) {}

  /** An ejected host is used again. */
  default void unejected(String cluster, Address host) {}

  /**
   * An update that leaves a cluster without endpoints is held back, because its hosts answer; or it
   * no longer is.
   */
  default void heldBack(String cluster, boolean held) {}

  /**
   * Resources that an update takes away are kept, because it takes away over half of their type
   * soon after the plane was reached again, and hosts behind them answer.
   *
   * @param held all that are kept now; empty when it is over
   */
  default void removalsHeldBack(Set<Resource.Key> held) {}

  /** A name could not be looked up; what was known of it before still holds. */
  default void resolutionFailed(String cluster, String name, String reason) {}

  /** Why a host is ejected, as Envoy's outlier log names it. */
  enum Ejection {
    CONSECUTIVE_5XX,
    CONSECUTIVE_GATEWAY_FAILURE,
    CONSECUTIVE_LOCAL_ORIGIN_FAILURE,
    SUCCESS_RATE,
    SUCCESS_RATE_LOCAL_ORIGIN,
    FAILURE_PERCENTAGE,
    FAILURE_PERCENTAGE_LOCAL_ORIGIN
  }
}
