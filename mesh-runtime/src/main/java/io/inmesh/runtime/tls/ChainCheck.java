package io.inmesh.runtime.tls;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a chain leads to one of some authorities (RFC 5280, 6). Any certificate that is trusted
 * ends it, an intermediate one too.
 */
final class ChainCheck {
  private static final int LONGEST = 10;

  private final List<X509Certificate> authorities;
  private final Instant now;
  private final boolean allowExpired;

  ChainCheck(List<X509Certificate> authorities, Instant now, boolean allowExpired) {
    this.authorities = authorities;
    this.now = now;
    this.allowExpired = allowExpired;
  }

  /** Why not; empty if it does. */
  String refusal(List<X509Certificate> sent) throws CertificateException {
    var path = new ArrayList<X509Certificate>();
    X509Certificate at = sent.get(0);
    while (true) {
      if (authorities.contains(at)) {
        return path.isEmpty() ? expired(at) : refusal(path, at);
      }
      path.add(at);
      X509Certificate authority = issuer(at, authorities);
      if (authority != null) {
        return refusal(path, authority);
      }
      X509Certificate next = issuer(at, sent);
      if (next == null || path.contains(next) || path.size() == LONGEST) {
        return "it was signed by "
            + at.getIssuerX500Principal().getName()
            + ", which is none of the trusted authorities "
            + authorities.stream().map(a -> a.getSubjectX500Principal().getName()).toList();
      }
      at = next;
    }
  }

  private static @Nullable X509Certificate issuer(X509Certificate of, List<X509Certificate> among) {
    for (X509Certificate one : among) {
      if (one.getSubjectX500Principal().equals(of.getIssuerX500Principal())) {
        try {
          of.verify(one.getPublicKey());
          return one;
        } catch (GeneralSecurityException another) {
          // Of the same name, with another key.
        }
      }
    }
    return null;
  }

  private String refusal(List<X509Certificate> path, X509Certificate authority)
      throws CertificateException {
    Instant at = now;
    var all = new ArrayList<>(path);
    all.add(authority);
    for (X509Certificate one : all) {
      String expired = expired(one);
      if (!expired.isEmpty()) {
        return expired;
      }
      Instant end = one.getNotAfter().toInstant();
      at = end.isBefore(at) ? end : at;
    }
    try {
      CertPath chain = CertificateFactory.getInstance("X.509").generateCertPath(path);
      var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(at));
      CertPathValidator.getInstance("PKIX").validate(chain, parameters);
      return "";
    } catch (CertPathValidatorException invalid) {
      return String.valueOf(invalid.getMessage());
    } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException missing) {
      throw new IllegalStateException("this JDK validates no certificates", missing);
    }
  }

  private String expired(X509Certificate one) {
    if (allowExpired) {
      return "";
    }
    Instant end = one.getNotAfter().toInstant();
    if (now.isAfter(end)) {
      return "the certificate of " + PeerTrust.identity(one) + " expired at " + end;
    }
    Instant begin = one.getNotBefore().toInstant();
    return now.isBefore(begin)
        ? "the certificate of " + PeerTrust.identity(one) + " is not valid before " + begin
        : "";
  }
}
