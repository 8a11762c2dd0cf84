package io.inmesh.server;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.config.Address;
import io.inmesh.identity.SpiffeId;
import java.util.Optional;

/**
 * A request as it came in.
 *
 * @param path the raw request target
 * @param headers frozen; without {@code host} and pseudo-header fields
 * @param body its chunks are lent, as those of a response are
 * @param peer the verified identity of the client; empty only on a plaintext connection
 * @param remote the client's address
 */
public record ServerRequest(
    String method,
    String scheme,
    String authority,
    String path,
    Headers headers,
    Body body,
    Optional<SpiffeId> peer,
    Address remote) {}
