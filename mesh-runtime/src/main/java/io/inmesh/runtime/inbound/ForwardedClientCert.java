package io.inmesh.runtime.inbound;

import io.inmesh.call.Headers;
import io.inmesh.config.ClientCertHeader;
import io.inmesh.config.ClientCertHeader.Handling;
import io.inmesh.runtime.downstream.CertificateText;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * {@code x-forwarded-client-cert} on one connection, as Envoy writes it. What there is to say of
 * the certificate is put together once. Immutable.
 */
public final class ForwardedClientCert {
  /** The header is removed. */
  static final ForwardedClientCert NOTHING = new ForwardedClientCert(Handling.SANITIZE, "");

  private static final String NAME = "x-forwarded-client-cert";

  private static final int DNS = 2;
  private static final int URI = 6;

  private final Handling handling;
  private final String element;

  private ForwardedClientCert(Handling handling, String element) {
    this.handling = handling;
    this.element = element;
  }

  /**
   * On a connection.
   *
   * @param proof where the client may have proved who it is; null without TLS
   */
  static ForwardedClientCert of(ClientCertHeader config, @Nullable SSLSession proof) {
    Certificate[] local = proof == null ? null : proof.getLocalCertificates();
    X509Certificate own = local == null || local.length == 0 ? null : (X509Certificate) local[0];
    return of(config, own, chain(proof));
  }

  /**
   * On a connection of another server than ours.
   *
   * @param own the certificate that the client was shown; null without TLS
   * @param chain the client's verified certificates, its own first; empty without
   */
  public static ForwardedClientCert of(
      ClientCertHeader config, @Nullable X509Certificate own, List<X509Certificate> chain) {
    Handling handling = config.handling();
    if (chain.isEmpty()) {
      boolean passes = handling == Handling.ALWAYS_FORWARD_ONLY;
      return passes ? new ForwardedClientCert(handling, "") : NOTHING;
    }
    return new ForwardedClientCert(handling, config.tells() ? element(config, own, chain) : "");
  }

  private static List<X509Certificate> chain(@Nullable SSLSession proof) {
    try {
      return proof == null
          ? List.of()
          : Arrays.stream(proof.getPeerCertificates()).map(X509Certificate.class::cast).toList();
    } catch (SSLPeerUnverifiedException none) {
      return List.of();
    }
  }

  /** Changes a request's headers; then they are frozen. */
  public Headers apply(Headers headers) {
    switch (handling) {
      case FORWARD_ONLY:
      case ALWAYS_FORWARD_ONLY:
        break;
      case APPEND_FORWARD:
        if (headers.contains(NAME)) {
          headers.set(NAME, String.join(",", headers.all(NAME)) + "," + element);
          break;
        }
        headers.addLower(NAME, element);
        break;
      case SANITIZE_SET:
        headers.set(NAME, element);
        break;
      case SANITIZE:
      default:
        headers.remove(NAME);
    }
    return headers.freeze();
  }

  private static String element(
      ClientCertHeader config, @Nullable X509Certificate own, List<X509Certificate> chain) {
    X509Certificate leaf = chain.get(0);
    var parts = new StringJoiner(";");
    List<String> ownNames = own == null ? List.of() : names(own, URI);
    if (!ownNames.isEmpty()) {
      parts.add("By=" + ownNames.get(0));
    }
    parts.add("Hash=" + hash(leaf));
    if (config.cert()) {
      parts.add("Cert=\"" + CertificateText.pem(List.of(leaf)) + "\"");
    }
    if (config.chain()) {
      parts.add("Chain=\"" + CertificateText.pem(chain) + "\"");
    }
    if (config.subject()) {
      String subject = leaf.getSubjectX500Principal().getName(X500Principal.RFC2253);
      parts.add("Subject=\"" + subject + "\"");
    }
    if (config.uri()) {
      List<String> uris = names(leaf, URI);
      // Envoy says so when there is none.
      (uris.isEmpty() ? List.of("") : uris).forEach(uri -> parts.add("URI=" + uri));
    }
    if (config.dns()) {
      names(leaf, DNS).forEach(dns -> parts.add("DNS=" + dns));
    }
    return parts.toString();
  }

  private static List<String> names(X509Certificate certificate, int type) {
    var found = new ArrayList<String>();
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      if (names != null) {
        for (List<?> name : names) {
          if (Integer.valueOf(type).equals(name.get(0))) {
            found.add(String.valueOf(name.get(1)));
          }
        }
      }
    } catch (CertificateParsingException unreadable) {
      // A certificate that was accepted has none that matter.
    }
    return found;
  }

  private static String hash(X509Certificate certificate) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(CertificateText.encoded(certificate));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("this JDK has no SHA-256", missing);
    }
  }
}
