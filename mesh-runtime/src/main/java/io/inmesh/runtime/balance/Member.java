package io.inmesh.runtime.balance;

import io.inmesh.balance.Host;

/** A host with its standing of the moment in its cluster. */
public interface Member extends Host {
  /** Whether, and when, it may be used. */
  Standing standing();

  /** Whether its weight is growing. */
  boolean inSlowStart();

  /** The weight of this moment with its fraction: the endpoint's times slow start's factor. */
  double effectiveWeight();

  /** What the host is good for. */
  enum Standing {
    /** Takes its share. */
    HEALTHY,
    /** Takes what healthy hosts cannot. */
    DEGRADED,
    /** Is used in panic only. */
    UNHEALTHY,
    /** Is draining: is used in panic only, and not counted when health is measured. */
    EXCLUDED
  }
}
