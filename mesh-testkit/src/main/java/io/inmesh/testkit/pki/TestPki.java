package io.inmesh.testkit.pki;

import io.inmesh.identity.CertificateAuthority.Issued;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.Pem;
import io.inmesh.identity.TrustBundle;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
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
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;

/**
 * An authority for tests: a self-signed P-256 root and what it signs. {@link #intermediate} makes a
 * further authority below it. Two objects of the same trust domain do not trust each other.
 */
public final class TestPki {
  private static final Duration SET_BACK = Duration.ofMinutes(1);

  private final String trustDomain;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final KeyPair keys;
  private final List<X509Certificate> chain;
  private final X509Certificate root;

  /** An authority by the system's clock. */
  public TestPki(String trustDomain) {
    this(trustDomain, InstantSource.system());
  }

  /** An authority by a clock; its root is valid for ten years. */
  public TestPki(String trustDomain, InstantSource clock) {
    this.trustDomain = trustDomain;
    this.clock = clock;
    this.keys = newKeys(random);
    var name = new X500Name("CN=root of " + trustDomain);
    var signing = new Signing(name, keys, name, keys);
    this.root = sign(signing, new Leaf().authority().validFor(Duration.ofDays(3650)));
    this.chain = List.of(root);
  }

  private TestPki(TestPki parent, String name) {
    this.trustDomain = parent.trustDomain;
    this.clock = parent.clock;
    this.keys = newKeys(random);
    var signing = new Signing(parent.subject(), parent.keys, new X500Name("CN=" + name), this.keys);
    X509Certificate own = sign(signing, new Leaf().authority().validFor(Duration.ofDays(365)));
    this.root = parent.root;
    var all = new ArrayList<X509Certificate>();
    all.add(own);
    all.addAll(parent.chain);
    this.chain = List.copyOf(all);
  }

  private record Signing(X500Name issuer, KeyPair issuerKeys, X500Name subject, KeyPair keys) {}

  private static KeyPair newKeys(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException(missing);
    }
  }

  private X500Name subject() {
    return X500Name.getInstance(chain.get(0).getSubjectX500Principal().getEncoded());
  }

  /** An authority signed by this one; it signs with its own key, its chain is sent along. */
  public TestPki intermediate(String name) {
    return new TestPki(this, name);
  }

  /** The trust domain. */
  public String trustDomain() {
    return trustDomain;
  }

  /** The root certificate. */
  public X509Certificate root() {
    return root;
  }

  /** Trust in this authority's root, for its own domain. */
  public TrustBundle trust() {
    return new TrustBundle(Map.of(trustDomain, List.of(root)));
  }

  /** Trust in this authority's root for any name, as plain TLS has it. */
  public TrustBundle plainTrust() {
    return new TrustBundle(Map.of("", List.of(root)));
  }

  /** {@code spiffe://DOMAIN/ns/default/sa/SERVICE}. */
  public String uri(String service) {
    return "spiffe://" + trustDomain + "/ns/default/sa/" + service;
  }

  /** A certificate of a service of this trust domain, valid for an hour. */
  public KeyMaterial service(String service) {
    return issue(new Leaf().uri(uri(service)));
  }

  /** A new key and its certificate. */
  public KeyMaterial issue(Leaf leaf) {
    KeyPair own = newKeys(random);
    var signing = new Signing(subject(), keys, new X500Name(leaf.name), own);
    var sent = new ArrayList<X509Certificate>();
    sent.add(sign(signing, leaf));
    if (leaf.withIntermediates) {
      chain.stream().filter(certificate -> certificate != root).forEach(sent::add);
    }
    return new KeyMaterial(sent, own.getPrivate(), clock.instant());
  }

  /**
   * Signs a certificate request: its key, and the URI names that it asks for.
   *
   * @throws IllegalArgumentException if the request is malformed or not signed by its own key
   */
  public Issued sign(String csrPem, Duration validity) {
    try {
      var request = new JcaPKCS10CertificationRequest(Pem.blocks(csrPem).get(0).bytes());
      PublicKey key = request.getPublicKey();
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        throw new IllegalArgumentException("not signed by its own key");
      }
      var asked =
          GeneralNames.fromExtensions(
              request.getRequestedExtensions(), Extension.subjectAlternativeName);
      Leaf leaf = new Leaf().validFor(validity);
      for (GeneralName name : asked.getNames()) {
        leaf.uri(name.getName().toString());
      }
      var signing =
          new Signing(
              subject(), keys, new X500Name(leaf.name), new KeyPair(key, keys.getPrivate()));
      return new Issued(List.of(sign(signing, leaf)), trust());
    } catch (IOException
        | GeneralSecurityException
        | OperatorCreationException
        | PKCSException malformed) {
      throw new IllegalArgumentException(malformed);
    }
  }

  private X509Certificate sign(Signing signing, Leaf leaf) {
    Instant now = clock.instant();
    Instant from = leaf.from == null ? now.minus(SET_BACK) : leaf.from;
    var builder =
        new JcaX509v3CertificateBuilder(
            signing.issuer(),
            new BigInteger(120, random).setBit(119),
            Date.from(from),
            Date.from(leaf.until == null ? now.plus(leaf.validity) : leaf.until),
            signing.subject(),
            signing.keys().getPublic());
    try {
      leaf.extend(builder);
      var signer =
          new JcaContentSignerBuilder("SHA256withECDSA").build(signing.issuerKeys().getPrivate());
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** What stands in a certificate: to be filled in, then issued. */
  public static final class Leaf {
    private final List<GeneralName> names = new ArrayList<>();
    private final List<KeyPurposeId> purposes = new ArrayList<>();
    private String name = "CN=leaf";
    private Duration validity = Duration.ofHours(1);
    private @Nullable Instant from;
    private @Nullable Instant until;
    private boolean authority;
    private boolean keyUsage = true;
    private boolean withIntermediates = true;

    /** Adds a URI name. */
    public Leaf uri(String uri) {
      names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
      return this;
    }

    /** Adds a DNS name. */
    public Leaf dns(String dns) {
      names.add(new GeneralName(GeneralName.dNSName, dns));
      return this;
    }

    /** Adds an IP address. */
    public Leaf ip(String ip) {
      names.add(new GeneralName(GeneralName.iPAddress, ip));
      return this;
    }

    /** Sets the subject, for instance {@code CN=x}. */
    public Leaf subject(String value) {
      name = value;
      return this;
    }

    /** From a minute ago until so long from now. */
    public Leaf validFor(Duration value) {
      validity = value;
      return this;
    }

    /** Between two moments. */
    public Leaf valid(Instant notBefore, Instant notAfter) {
      from = notBefore;
      until = notAfter;
      return this;
    }

    /** Only for servers. */
    public Leaf onlyServer() {
      purposes.add(KeyPurposeId.id_kp_serverAuth);
      return this;
    }

    /** Only for clients. */
    public Leaf onlyClient() {
      purposes.add(KeyPurposeId.id_kp_clientAuth);
      return this;
    }

    /** May sign others. */
    public Leaf authority() {
      authority = true;
      return this;
    }

    /** Without the extension. */
    public Leaf withoutKeyUsage() {
      keyUsage = false;
      return this;
    }

    /** The intermediate authorities are not sent along. */
    public Leaf withoutIntermediates() {
      withIntermediates = false;
      return this;
    }

    private void extend(JcaX509v3CertificateBuilder builder) throws CertIOException {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (keyUsage) {
        int usage = authority ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature;
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
      }
      if (!names.isEmpty()) {
        var all = new GeneralNames(names.toArray(new GeneralName[0]));
        builder.addExtension(Extension.subjectAlternativeName, false, all);
      }
      if (!purposes.isEmpty()) {
        var all = new ExtendedKeyUsage(purposes.toArray(new KeyPurposeId[0]));
        builder.addExtension(Extension.extendedKeyUsage, false, all);
      }
    }
  }
}
