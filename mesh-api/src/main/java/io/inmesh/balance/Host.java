package io.inmesh.balance;

import io.inmesh.config.EndpointSet.Endpoint;
import org.jspecify.annotations.Nullable;

/** A peer as a load balancer sees it: config of now, load of now. */
public non-sealed interface Host extends Pick {
  /** Its config at this moment. */
  Endpoint endpoint();

  /** The weight in force, at least 1; slow start may lower it below the endpoint's. */
  int weight();

  /** Requests in flight from this process. */
  int inFlight();

  /** Position among all hosts of its cluster. */
  int index();

  @Override
  default Host host() {
    return this;
  }

  @Override
  default @Nullable None none() {
    return null;
  }
}
