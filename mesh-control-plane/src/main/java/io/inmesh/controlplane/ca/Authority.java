package io.inmesh.controlplane.ca;

import io.inmesh.identity.Pem;
import io.inmesh.identity.SpiffeId;
import io.inmesh.state.StateDirectory;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * A certificate authority with one self-signed root (P-256, ten years), kept in a state directory.
 * Signs certificates that name exactly one SPIFFE identity. Who may have which identity is decided
 * before: see {@link CertificateService}.
 */
public final class Authority {
  private static final String FILE = "ca.pem";
  private static final int LIMIT = 1 << 16;
  private static final Duration ROOT_LIFE = Duration.ofDays(3650);

  /** Certificates begin a little in the past, for peers whose clocks are behind. */
  private static final Duration SKEW = Duration.ofMinutes(1);

  private static final String SIGNATURE = "SHA256withECDSA";

  private final String trustDomain;
  private final PrivateKey key;
  private final X509Certificate root;
  private final InstantSource clock;
  private final SecureRandom random;

  private Authority(
      String trustDomain,
      PrivateKey key,
      X509Certificate root,
      InstantSource clock,
      SecureRandom random) {
    this.trustDomain = trustDomain;
    this.key = key;
    this.root = root;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Opens the authority of a directory, or founds it.
   *
   * @throws IllegalStateException if the directory holds another trust domain's authority, or a
   *     damaged one
   */
  public static Authority open(
      String trustDomain, StateDirectory directory, InstantSource clock, SecureRandom random) {
    var kept = directory.read(FILE, LIMIT);
    if (kept.isEmpty()) {
      Authority founded = found(trustDomain, clock, random);
      String text = Pem.ofPrivateKey(founded.key) + Pem.ofCertificates(List.of(founded.root));
      directory.write(FILE, text.getBytes(StandardCharsets.UTF_8));
      return founded;
    }
    String text = new String(kept.get(), StandardCharsets.UTF_8);
    try {
      X509Certificate root = Pem.certificates(text).get(0);
      String wanted = "spiffe://" + trustDomain;
      if (!SpiffeId.of(root).map(SpiffeId::uri).orElse("").equals(wanted)) {
        throw new IllegalStateException(
            directory.path().resolve(FILE)
                + " is the authority of "
                + SpiffeId.of(root).map(SpiffeId::uri).orElse("nobody")
                + ", not of "
                + wanted);
      }
      return new Authority(trustDomain, Pem.privateKey(text), root, clock, random);
    } catch (IllegalArgumentException | IndexOutOfBoundsException damaged) {
      throw new IllegalStateException(
          directory.path().resolve(FILE) + " is damaged: " + damaged.getMessage(), damaged);
    }
  }

  private static Authority found(String trustDomain, InstantSource clock, SecureRandom random) {
    try {
      KeyPair keys = keys(random);
      var name = new X500Name("O=" + trustDomain + ",CN=Inmesh root");
      Instant now = clock.instant();
      var builder =
          new JcaX509v3CertificateBuilder(
              name,
              new BigInteger(127, random),
              Date.from(now.minus(SKEW)),
              Date.from(now.plus(ROOT_LIFE)),
              name,
              keys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
      builder.addExtension(
          Extension.subjectAlternativeName, false, uris("spiffe://" + trustDomain));
      return new Authority(
          trustDomain, keys.getPrivate(), finish(builder, keys.getPrivate()), clock, random);
    } catch (IOException | GeneralSecurityException | OperatorCreationException impossible) {
      throw new IllegalStateException(
          "no certificate authority can be founded: " + impossible.getMessage(), impossible);
    }
  }

  /** A fresh P-256 key. */
  public static KeyPair keys(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this JDK cannot make P-256 keys", missing);
    }
  }

  /** The domain it speaks for. */
  public String trustDomain() {
    return trustDomain;
  }

  /** The root certificate. */
  public X509Certificate root() {
    return root;
  }

  /** What a request asks for, after its own signature has been checked. */
  public record Asked(SpiffeId id, PublicKey key) {}

  /**
   * Reads a certificate request.
   *
   * @throws IllegalArgumentException if it is malformed, not signed by its key, or does not ask for
   *     exactly one SPIFFE identity
   */
  public static Asked read(String csrPem) {
    try {
      byte[] bytes =
          Pem.blocks(csrPem).stream()
              .filter(block -> block.label().endsWith("CERTIFICATE REQUEST"))
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException("no CERTIFICATE REQUEST block"))
              .bytes();
      var request = new JcaPKCS10CertificationRequest(bytes);
      PublicKey key = request.getPublicKey();
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        throw new IllegalArgumentException("the request is not signed by its own key");
      }
      return new Asked(identity(request), key);
    } catch (IOException
        | GeneralSecurityException
        | OperatorCreationException
        | PKCSException malformed) {
      throw new IllegalArgumentException(
          "not a certificate request: " + malformed.getMessage(), malformed);
    }
  }

  private static SpiffeId identity(JcaPKCS10CertificationRequest request) {
    var names = new ArrayList<String>();
    for (var attribute : request.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)) {
      var extensions = Extensions.getInstance(attribute.getAttrValues().getObjectAt(0));
      GeneralNames found =
          GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
      if (found != null) {
        for (GeneralName name : found.getNames()) {
          names.add(
              name.getTagNo() == GeneralName.uniformResourceIdentifier
                  ? name.getName().toString()
                  : "?");
        }
      }
    }
    if (names.size() != 1) {
      throw new IllegalArgumentException(
          "the request names "
              + names.size()
              + " subject alternative names instead of one SPIFFE URI");
    }
    return SpiffeId.parse(names.get(0));
  }

  /**
   * Signs a certificate for a workload.
   *
   * @param life from now; the root's own end bounds it
   */
  public X509Certificate sign(SpiffeId id, PublicKey subject, Duration life) {
    return sign(
        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, id.uri())),
        subject,
        life);
  }

  /**
   * Signs a certificate for a server that clients find by name: its identity, DNS names and IP
   * addresses.
   */
  public X509Certificate signServer(
      SpiffeId id,
      List<String> dnsNames,
      List<String> addresses,
      PublicKey subject,
      Duration life) {
    var names = new ArrayList<GeneralName>();
    names.add(new GeneralName(GeneralName.uniformResourceIdentifier, id.uri()));
    dnsNames.forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
    addresses.forEach(address -> names.add(new GeneralName(GeneralName.iPAddress, address)));
    return sign(new GeneralNames(names.toArray(GeneralName[]::new)), subject, life);
  }

  private X509Certificate sign(GeneralNames names, PublicKey subject, Duration life) {
    try {
      Instant now = clock.instant();
      Instant end = now.plus(life);
      Instant rootEnd = root.getNotAfter().toInstant();
      var builder =
          new JcaX509v3CertificateBuilder(
              root,
              new BigInteger(127, random),
              Date.from(now.minus(SKEW)),
              Date.from(end.isAfter(rootEnd) ? rootEnd : end),
              new X500Name(new org.bouncycastle.asn1.x500.RDN[0]),
              subject);
      var extensions = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(
              new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
      builder.addExtension(
          Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(root));
      // The subject is empty, so that the names must be critical (RFC 5280, 4.2.1.6).
      builder.addExtension(Extension.subjectAlternativeName, true, names);
      return finish(builder, key);
    } catch (IOException | GeneralSecurityException | OperatorCreationException failed) {
      throw new IllegalStateException("cannot sign: " + failed.getMessage(), failed);
    }
  }

  private static GeneralNames uris(String uri) {
    return new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
  }

  private static X509Certificate finish(X509v3CertificateBuilder builder, PrivateKey key)
      throws OperatorCreationException, GeneralSecurityException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
  }
}
