package io.inmesh.runtime.inbound;

/** Who may connect to a server. Source: Istio's PeerAuthentication. */
public enum TlsMode {
  /** Only clients with a certificate that is accepted. */
  STRICT,
  /** Clients with a certificate that is accepted, and clients without TLS. */
  PERMISSIVE,
  /** Only clients without TLS. */
  PLAINTEXT
}
