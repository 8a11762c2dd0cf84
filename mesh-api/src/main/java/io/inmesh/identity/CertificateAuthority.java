package io.inmesh.identity;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Whoever signs our certificates: Istio's CA protocol, or a file, or a test. */
public interface CertificateAuthority extends AutoCloseable {
  /**
   * Has a certificate signed. The stage fails with {@link RefusedException} if the authority says
   * no, with any other exception if it could not be asked.
   *
   * @param csrPem a PKCS#10 request in PEM
   * @param validity how long it should be valid; the authority may shorten it
   */
  CompletionStage<Issued> sign(String csrPem, Duration validity);

  @Override
  void close();

  /**
   * What was signed.
   *
   * @param chain leaf first, without roots
   * @param roots whom the authority believes
   */
  record Issued(List<X509Certificate> chain, TrustBundle roots) {
    public Issued {
      chain = List.copyOf(chain);
    }
  }

  /**
   * The authority refused: the caller has not proved the identity, or asks for what it must not
   * have.
   */
  final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RefusedException(String message) {
      super(message);
    }
  }
}
