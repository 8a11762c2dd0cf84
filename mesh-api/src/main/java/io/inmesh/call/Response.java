package io.inmesh.call;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A whole response.
 *
 * @param body all its bytes, from position to limit; read it through {@link ByteBuffer#duplicate}
 *     to read it twice
 * @param trailers mostly {@link Headers#EMPTY}
 * @param outcome how the mesh came to it
 */
public record Response(
    int status, Headers headers, ByteBuffer body, Headers trailers, Outcome outcome) {
  /** The body as UTF-8 text. */
  public String text() {
    return StandardCharsets.UTF_8.decode(body.duplicate()).toString();
  }
}
