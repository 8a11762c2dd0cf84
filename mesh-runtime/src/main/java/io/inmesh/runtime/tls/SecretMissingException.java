package io.inmesh.runtime.tls;

/** A secret that a handshake needs has not arrived. The message names it. */
public final class SecretMissingException extends Exception {
  private static final long serialVersionUID = 1;

  SecretMissingException(String message) {
    super(message, null, false, false);
  }
}
