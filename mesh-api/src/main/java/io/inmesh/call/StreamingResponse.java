package io.inmesh.call;

/**
 * A response whose head has arrived and whose body is still to be read. It must be read to its end
 * or cancelled ({@link Body#cancel}): until then it holds a stream. The body fails with a {@link
 * MeshException} if the exchange breaks.
 *
 * @param outcome what is known at the head; its status is final, its duration is not
 */
public record StreamingResponse(int status, Headers headers, Body body, Outcome outcome) {}
