package io.inmesh;

import io.inmesh.call.Headers;
import io.inmesh.call.Outcome;
import io.inmesh.call.Request;
import io.inmesh.call.Response;
import java.io.InputStream;

/**
 * The blocking form of a {@link Mesh}. Both methods throw {@link IllegalStateException} at once on
 * a thread of the mesh itself, where blocking would stop everything, and {@link
 * io.inmesh.call.MeshException} as the stages of {@link Mesh} fail. An interrupt cancels the call.
 */
public interface BlockingMesh {
  /** The whole response. */
  Response send(Request request) throws InterruptedException;

  /** The response's head; the body is read from the stream, which must be closed. */
  BlockingResponse exchange(Request request) throws InterruptedException;

  /** A response whose body is an {@link InputStream}; closing it early cancels the call. */
  interface BlockingResponse extends AutoCloseable {
    int status();

    Headers headers();

    /** The body; reads throw {@link java.io.IOException} if the exchange breaks. */
    InputStream body();

    /** Trailers; {@link Headers#EMPTY} until the body has been read to its end. */
    Headers trailers();

    Outcome outcome();

    @Override
    void close();
  }
}
