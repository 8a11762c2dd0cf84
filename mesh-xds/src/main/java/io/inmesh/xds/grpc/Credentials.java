package io.inmesh.xds.grpc;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.Pem;
import io.inmesh.identity.SecretStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What one connection is made with.
 *
 * @param roots empty for the JDK's own
 * @param own null if we prove nothing by certificate
 * @param token null if none is sent
 */
record Credentials(
    List<X509Certificate> roots, @Nullable KeyMaterial own, @Nullable Supplier<String> token) {
  /** Our own certificate, if it is still valid; otherwise the token. */
  static Credentials of(PlaneServer.Tls tls, SecretStore secrets, InstantSource clock) {
    KeyMaterial own =
        tls.ownCertificate() ? secrets.certificate(SecretStore.OWN_CERTIFICATE) : null;
    boolean valid = own != null && own.notAfter().isAfter(clock.instant());
    return new Credentials(
        tls.roots(), valid ? own : null, valid ? null : tls.token().orElse(null));
  }

  /**
   * What the files hold now.
   *
   * @throws SSLException naming the file that cannot be used
   */
  static Credentials of(PlaneServer.TlsFiles files, InstantSource clock) throws SSLException {
    Optional<Path> roots = files.roots();
    return new Credentials(
        roots.isEmpty() ? List.of() : certificates(roots.get()),
        files.own().isEmpty() ? null : own(files.own().get(), clock),
        files.token().isEmpty() ? null : token(files.token().get()));
  }

  private static Supplier<String> token(Path file) throws SSLException {
    String token = text(file).strip();
    if (token.isEmpty()) {
      throw new SSLException("there is no token in " + file);
    }
    return () -> token;
  }

  private static KeyMaterial own(PlaneServer.KeyFiles files, InstantSource clock)
      throws SSLException {
    List<X509Certificate> chain = certificates(files.chain());
    try {
      return new KeyMaterial(chain, Pem.privateKey(text(files.key())), clock.instant());
    } catch (IllegalArgumentException malformed) {
      throw new SSLException(
          "the key in " + files.key() + " cannot be used: " + malformed.getMessage());
    }
  }

  private static List<X509Certificate> certificates(Path file) throws SSLException {
    try {
      List<X509Certificate> certificates = Pem.certificates(text(file));
      if (certificates.isEmpty()) {
        throw new SSLException("there is no certificate in " + file);
      }
      return certificates;
    } catch (IllegalArgumentException malformed) {
      throw new SSLException(
          "the certificates in " + file + " cannot be used: " + malformed.getMessage(), malformed);
    }
  }

  private static String text(Path file) throws SSLException {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new SSLException(file + " cannot be read: " + unreadable, unreadable);
    }
  }
}
