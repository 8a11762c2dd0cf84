package io.inmesh.server;

import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import java.util.Optional;

/**
 * An answer.
 *
 * @param body empty for none; its chunks belong to the server once given; its end carries the
 *     trailers
 */
public record ServerResponse(int status, Headers headers, Optional<Body> body) {}
