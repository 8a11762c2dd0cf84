package io.inmesh.spring.inbound;

import io.inmesh.identity.SpiffeId;
import java.security.Principal;

/**
 * The process that calls, as its certificate proves. A request's principal is this where the
 * application knows no other.
 */
public record MeshPrincipal(SpiffeId identity) implements Principal {
  /** The request attribute that holds the {@link SpiffeId}; absent without one. */
  public static final String ATTRIBUTE = "io.inmesh.identity.SpiffeId";

  /** The identity as a URI: {@code spiffe://cluster.local/ns/default/sa/web}. */
  @Override
  public String getName() {
    return identity.uri();
  }
}
