package io.inmesh.runtime.inbound;

import io.inmesh.config.Address;
import java.security.cert.X509Certificate;

/** Hears of a server's connections. Called on their loops: it must not block. */
public interface ConnectionListener {
  /** Nobody listens. */
  ConnectionListener NONE = new ConnectionListener() {};

  /** A connection was accepted; nothing is known of the peer yet. */
  default void onAccepted(Address remote) {}

  /** The peer has proved who it is. */
  default void onSecured(Address remote, X509Certificate peer) {}

  /** The peer was refused: no TLS, a failed handshake, a certificate that is not accepted. */
  default void onRefused(Address remote, String reason) {}

  /** A connection has ended. */
  default void onClosed(Address remote) {}
}
