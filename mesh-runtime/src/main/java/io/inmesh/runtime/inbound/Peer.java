package io.inmesh.runtime.inbound;

import io.inmesh.config.Address;
import io.inmesh.identity.SpiffeId;
import java.util.Optional;

/**
 * Who is at the other end.
 *
 * @param id empty without TLS
 */
record Peer(Address remote, Optional<SpiffeId> id, String scheme, ForwardedClientCert clientCert) {
  /** Of whose certificate nothing is told. */
  Peer(Address remote, Optional<SpiffeId> id, String scheme) {
    this(remote, id, scheme, ForwardedClientCert.NOTHING);
  }

  /** The same, of whose certificate this is told. */
  Peer told(ForwardedClientCert value) {
    return new Peer(remote, id, scheme, value);
  }
}
