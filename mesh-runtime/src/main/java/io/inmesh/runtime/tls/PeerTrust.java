package io.inmesh.runtime.tls;

import io.inmesh.identity.SpiffeId;
import io.inmesh.identity.TrustBundle;
import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.internal.tcnative.CertificateVerifier;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Judges a peer's certificate, the same way under every TLS provider. Immutable. */
final class PeerTrust extends X509ExtendedTrustManager {
  private static final int KEY_CERT_SIGN = 5;
  private static final int CRL_SIGN = 6;
  private static final String ANY_PURPOSE = "2.5.29.37.0";
  private static final String SERVER = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT = "1.3.6.1.5.5.7.3.2";

  private final PeerRules rules;
  private final @Nullable TrustBundle trust;
  private final InstantSource clock;

  PeerTrust(PeerRules rules, @Nullable TrustBundle trust, InstantSource clock) {
    this.rules = rules;
    this.trust = trust;
    this.clock = clock;
  }

  private void check(X509Certificate @Nullable [] chain, String purpose)
      throws CertificateException {
    if (chain == null || chain.length == 0) {
      throw refused("the peer presented no certificate");
    }
    X509Certificate leaf = chain[0];
    String refusal = refusal(List.of(chain), leaf, purpose);
    if (!refusal.isEmpty()) {
      throw refused("the peer presented " + identity(leaf) + ": " + refusal);
    }
  }

  /** With BoringSSL's code for it, so that the peer is told {@code bad_certificate}. */
  private static CertificateException refused(String message) {
    return new OpenSslCertificateException(message, CertificateVerifier.X509_V_ERR_CERT_REJECTED);
  }

  /** Why not; empty if it is accepted. */
  private String refusal(List<X509Certificate> chain, X509Certificate leaf, String purpose)
      throws CertificateException {
    if (!isPinned(leaf)) {
      return "its hash is none of those accepted";
    }
    if (rules.acceptUntrusted()) {
      return "";
    }
    if (rules.chain()) {
      String untrusted = untrusted(chain, leaf, purpose);
      if (!untrusted.isEmpty()) {
        return untrusted;
      }
    } else if (!rules.names().isEmpty()) {
      return "names are to be checked, but no authorities are configured";
    }
    if (rules.spiffe() && SpiffeId.of(leaf).isEmpty()) {
      return "that is no SPIFFE identity";
    }
    return rules.names().isEmpty() || isNamed(leaf) ? "" : "accepted is " + rules.names();
  }

  private String untrusted(List<X509Certificate> chain, X509Certificate leaf, String purpose)
      throws CertificateException {
    List<X509Certificate> authorities;
    Optional<String> domain = domain(leaf);
    if (trust == null) {
      return "no authorities are known yet";
    }
    List<X509Certificate> own = domain.map(trust.authorities()::get).orElse(null);
    if (own != null) {
      authorities = own;
      if (leaf.getBasicConstraints() >= 0 || signs(leaf)) {
        return "a certificate that may sign others is nobody's identity";
      }
    } else {
      authorities = trust.authorities().getOrDefault("", List.of());
    }
    if (authorities.isEmpty()) {
      return domain.isPresent()
          ? "no authority of trust domain " + domain.get() + " is trusted"
          : "it names no trust domain, and only " + trust.authorities().keySet() + " are trusted";
    }
    List<String> purposes = leaf.getExtendedKeyUsage();
    if (purposes != null && !purposes.contains(purpose) && !purposes.contains(ANY_PURPOSE)) {
      return "its extended key usage is another";
    }
    Instant now = clock.instant();
    return new ChainCheck(authorities, now, rules.allowExpired()).refusal(chain);
  }

  /** The trust domain of the first SPIFFE URI; Envoy's SPIFFE validator takes that too. */
  private static Optional<String> domain(X509Certificate leaf) throws CertificateParsingException {
    Collection<List<?>> names = leaf.getSubjectAlternativeNames();
    if (names != null) {
      for (List<?> name : names) {
        if (Integer.valueOf(6).equals(name.get(0))
            && name.get(1) instanceof String uri
            && uri.startsWith("spiffe://")) {
          String rest = uri.substring("spiffe://".length());
          int slash = rest.indexOf('/');
          return Optional.of(slash < 0 ? rest : rest.substring(0, slash));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean signs(X509Certificate leaf) {
    boolean[] usage = leaf.getKeyUsage();
    return usage != null && (usage[KEY_CERT_SIGN] || usage[CRL_SIGN]);
  }

  private boolean isNamed(X509Certificate leaf) throws CertificateParsingException {
    Collection<List<?>> names = leaf.getSubjectAlternativeNames();
    if (names == null) {
      return false;
    }
    for (List<?> name : names) {
      for (SanRule rule : rules.names()) {
        if (rule.matches(name)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isPinned(X509Certificate leaf) throws CertificateException {
    if (rules.hashes().isEmpty() && rules.spkiHashes().isEmpty()) {
      return true;
    }
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      String hash = HexFormat.of().formatHex(sha.digest(leaf.getEncoded()));
      String spki =
          Base64.getEncoder().encodeToString(sha.digest(leaf.getPublicKey().getEncoded()));
      return rules.hashes().contains(hash) || rules.spkiHashes().contains(spki);
    } catch (GeneralSecurityException broken) {
      throw refused("the peer's certificate has no hash: " + broken);
    }
  }

  /** What a message calls a peer: its SPIFFE identity, else its names, else its subject. */
  static String identity(X509Certificate leaf) {
    Optional<SpiffeId> id = SpiffeId.of(leaf);
    if (id.isPresent()) {
      return id.get().uri();
    }
    try {
      Collection<List<?>> names = leaf.getSubjectAlternativeNames();
      if (names != null && !names.isEmpty()) {
        return names.stream().map(name -> String.valueOf(name.get(1))).toList().toString();
      }
    } catch (CertificateParsingException malformed) {
      return "malformed names";
    }
    return leaf.getSubjectX500Principal().getName();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, CLIENT);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, SERVER);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, CLIENT);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, SERVER);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, CLIENT);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, SERVER);
  }

  /** None: a client that holds another authority's certificate is to send it and be told. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
