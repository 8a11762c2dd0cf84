package io.inmesh.config;

/**
 * What becomes of {@code x-forwarded-client-cert}, and what it says of the client's certificate.
 * Source: forward_client_cert_details and set_current_client_cert_details. Whoever sets it always
 * names itself and the certificate's hash; the flags add to that.
 */
public record ClientCertHeader(
    Handling handling, boolean subject, boolean cert, boolean chain, boolean dns, boolean uri) {
  /** Envoy's default: the header does not pass. */
  public static final ClientCertHeader SANITIZE =
      new ClientCertHeader(Handling.SANITIZE, false, false, false, false, false);

  /** Source: ForwardClientCertDetails. Without a client certificate, all but the last remove it. */
  public enum Handling {
    /** It is removed. */
    SANITIZE,
    /** It stays as it is. */
    FORWARD_ONLY,
    /** The client's certificate is appended to it. */
    APPEND_FORWARD,
    /** The client's certificate takes its place. */
    SANITIZE_SET,
    /** It stays as it is, whoever sends it. */
    ALWAYS_FORWARD_ONLY
  }

  /** Whether the client's certificate is told. */
  public boolean tells() {
    return handling == Handling.APPEND_FORWARD || handling == Handling.SANITIZE_SET;
  }
}
