package io.inmesh.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A private key and its certificate chain, leaf first. Never shown: {@link #toString} tells subject
 * names and validity only.
 *
 * @param receivedAt when it was received: renewal counts from here, not from notBefore, which is
 *     often set back
 */
public record KeyMaterial(List<X509Certificate> chain, PrivateKey key, Instant receivedAt) {
  public KeyMaterial {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("a certificate chain without certificates");
    }
  }

  /** The first certificate. */
  public X509Certificate leaf() {
    return chain.get(0);
  }

  /** When the leaf expires. */
  public Instant notAfter() {
    return leaf().getNotAfter().toInstant();
  }

  @Override
  public String toString() {
    return "KeyMaterial["
        + SpiffeId.of(leaf()).map(SpiffeId::uri).orElse("no SPIFFE id")
        + " until "
        + notAfter()
        + "]";
  }
}
