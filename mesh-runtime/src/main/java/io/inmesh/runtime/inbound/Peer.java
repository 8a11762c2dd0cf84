package io.inmesh.runtime.inbound;

import io.inmesh.config.Address;
import io.inmesh.identity.SpiffeId;
import java.util.Optional;

/**
 * Who is at the other end.
 *
 * @param id empty without TLS
 */
record Peer(Address remote, Optional<SpiffeId> id, String scheme) {}
