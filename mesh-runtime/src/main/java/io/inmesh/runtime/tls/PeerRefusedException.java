package io.inmesh.runtime.tls;

import java.security.cert.CertificateException;

/** A peer's certificate is not accepted. The message tells what it presented, and why not. */
final class PeerRefusedException extends CertificateException {
  private static final long serialVersionUID = 1;

  PeerRefusedException(String message) {
    super(message);
  }
}
