package io.inmesh.runtime.downstream;

import io.inmesh.config.Address;
import io.inmesh.identity.SpiffeId;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a connection that was opened to this process.
 *
 * @param local what the peer connected to
 * @param remote the peer's own address
 * @param tls whether it speaks TLS
 * @param serverName of the TLS handshake, lower case; empty if there is none
 * @param protocols that the peer offered by ALPN; without TLS {@code http/1.1} or {@code h2c}, as
 *     its first bytes say
 * @param names of its verified certificate: URIs, then DNS names, then the subject; null without
 *     one
 * @param peer its SPIFFE identity; empty without a verified certificate that has one
 */
public record Downstream(
    Address local,
    Address remote,
    boolean tls,
    String serverName,
    List<String> protocols,
    @Nullable List<String> names,
    Optional<SpiffeId> peer) {
  public Downstream {
    protocols = List.copyOf(protocols);
    names = names == null ? null : List.copyOf(names);
  }

  /** The same once the peer has proved, by this certificate, who it is. */
  public Downstream proved(X509Certificate leaf) {
    return proved(CertificateNames.of(leaf), SpiffeId.of(leaf));
  }

  /** The same once the peer has proved who it is. */
  public Downstream proved(List<String> certificateNames, Optional<SpiffeId> identity) {
    return new Downstream(local, remote, tls, serverName, protocols, certificateNames, identity);
  }
}
