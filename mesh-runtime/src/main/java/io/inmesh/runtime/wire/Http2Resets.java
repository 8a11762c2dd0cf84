package io.inmesh.runtime.wire;

import io.inmesh.transport.Stream.Closed;
import io.netty.handler.codec.http2.Http2Error;

/** What a peer's RST_STREAM means (RFC 9113, 7), as Envoy understands it. */
public final class Http2Resets {
  private Http2Resets() {}

  /** How a stream ended that the peer has reset with a code. */
  public static Closed closed(long code) {
    if (code == Http2Error.REFUSED_STREAM.code()) {
      return Closed.REFUSED;
    }
    return code == Http2Error.PROTOCOL_ERROR.code() ? Closed.PROTOCOL_ERROR : Closed.RESET;
  }
}
