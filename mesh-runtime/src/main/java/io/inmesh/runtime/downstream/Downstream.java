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
 * @param certificates of both sides
 */
public record Downstream(
    Address local,
    Address remote,
    boolean tls,
    String serverName,
    List<String> protocols,
    @Nullable List<String> names,
    Optional<SpiffeId> peer,
    Certificates certificates) {
  public Downstream {
    protocols = List.copyOf(protocols);
    names = names == null ? null : List.copyOf(names);
  }

  /** Without certificates. */
  public Downstream(
      Address local,
      Address remote,
      boolean tls,
      String serverName,
      List<String> protocols,
      @Nullable List<String> names,
      Optional<SpiffeId> peer) {
    this(local, remote, tls, serverName, protocols, names, peer, Certificates.NONE);
  }

  /**
   * Whose the ends of a connection are.
   *
   * @param own null without TLS
   * @param peer null without a verified one
   */
  public record Certificates(@Nullable X509Certificate own, @Nullable X509Certificate peer) {
    /** None. */
    public static final Certificates NONE = new Certificates(null, null);
  }

  /** The same once the peer has proved, by this certificate, who it is. */
  public Downstream proved(X509Certificate leaf) {
    return proved(CertificateText.names(leaf), SpiffeId.of(leaf))
        .with(new Certificates(certificates.own(), leaf));
  }

  /** The same once the peer has proved who it is. */
  public Downstream proved(List<String> certificateNames, Optional<SpiffeId> identity) {
    return new Downstream(
        local, remote, tls, serverName, protocols, certificateNames, identity, certificates);
  }

  /** The same with certificates. */
  public Downstream with(Certificates of) {
    return new Downstream(local, remote, tls, serverName, protocols, names, peer, of);
  }
}
