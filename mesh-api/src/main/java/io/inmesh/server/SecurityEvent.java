package io.inmesh.server;

import io.inmesh.config.Address;
import io.inmesh.identity.SpiffeId;
import java.util.Optional;

/**
 * A request that was refused because of who made it, or of what it was.
 *
 * @param listener the name of the listener whose config decided
 * @param peer the verified identity of the caller; empty without one
 * @param remote the caller's address
 * @param path as it was judged, without query
 * @param status of the answer, 401 or 403
 * @param rule that refused it: the name of a policy's rule; {@code none} if no rule allowed it; for
 *     tokens what is wrong with them
 */
public record SecurityEvent(
    String listener,
    Optional<SpiffeId> peer,
    Address remote,
    String method,
    String authority,
    String path,
    int status,
    String rule) {}
