package io.inmesh.controlplane.ads;

import io.inmesh.identity.SpiffeId;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** Decides who a client is. Called on a network thread, once a stream. */
public interface StreamAuthenticator {
  /** For a port that only the same machine can reach. */
  StreamAuthenticator ANYONE = credentials -> Optional.empty();

  /**
   * The identity that a client proves; empty where none is asked for.
   *
   * @throws RefusedException if it proves none, and must
   */
  Optional<SpiffeId> authenticate(Credentials credentials);

  /**
   * What a client shows.
   *
   * @param chain its certificate chain, verified by the TLS handshake, leaf first; empty for none
   * @param bearer the token of its {@code authorization: Bearer} header
   */
  record Credentials(List<X509Certificate> chain, Optional<String> bearer) {
    public Credentials {
      chain = List.copyOf(chain);
    }

    @Override
    public String toString() {
      return "Credentials[" + chain.size() + " certificates, " + bearer.map(t -> "a token") + "]";
    }
  }

  /** The client has not proved who it is. */
  final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RefusedException(String message) {
      super(message);
    }
  }
}
