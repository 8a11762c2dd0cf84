package io.inmesh.controlplane.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inmesh.identity.Pem;
import io.inmesh.identity.SpiffeId;
import io.inmesh.state.StateDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));
  private static final SpiffeId WEB = SpiffeId.ofServiceAccount("cluster.local", "default", "web");

  @TempDir Path directory;
  private final SecureRandom random = new SecureRandom();

  private Authority open(String domain) {
    return Authority.open(domain, new StateDirectory(directory.resolve("ca")), CLOCK, random);
  }

  @Test
  void signsOneIdentityForTheLifeThatWasAskedFor() throws Exception {
    Authority authority = open("cluster.local");
    KeyPair keys = Authority.keys(random);
    X509Certificate leaf = authority.sign(WEB, keys.getPublic(), Duration.ofMinutes(1));

    leaf.verify(authority.root().getPublicKey());
    assertThat(SpiffeId.of(leaf)).contains(WEB);
    assertThat(leaf.getNotAfter().toInstant()).isEqualTo(CLOCK.instant().plusSeconds(60));
    assertThat(leaf.getNotBefore().toInstant()).isEqualTo(CLOCK.instant().minusSeconds(60));
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(leaf.getKeyUsage()[0]).isTrue();
    assertThat(leaf.getKeyUsage()[5]).as("keyCertSign").isFalse();
  }

  @Test
  void isTheSameAuthorityAfterARestart() {
    X509Certificate root = open("cluster.local").root();
    assertThat(open("cluster.local").root()).isEqualTo(root);
    assertThat(root.getBasicConstraints()).isGreaterThanOrEqualTo(0);
  }

  @Test
  void refusesAnotherDomainsDirectory() {
    open("cluster.local");
    assertThatThrownBy(() -> open("other.example"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cluster.local")
        .hasMessageContaining("other.example");
  }

  @Test
  void refusesADirectoryThatOthersCanRead() throws Exception {
    open("cluster.local");
    Files.setPosixFilePermissions(
        directory.resolve("ca/ca.pem"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> open("cluster.local")).hasMessageContaining("open to others");
  }

  @Test
  void refusesADamagedFile() throws Exception {
    open("cluster.local");
    Files.writeString(directory.resolve("ca/ca.pem"), "-----BEGIN CERTIFICATE-----\n");
    assertThatThrownBy(() -> open("cluster.local"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void readsARequest() throws Exception {
    KeyPair keys = Authority.keys(random);
    Authority.Asked asked =
        Authority.read(
            request(keys, keys, new GeneralName(GeneralName.uniformResourceIdentifier, WEB.uri())));
    assertThat(asked.id()).isEqualTo(WEB);
    assertThat(asked.key()).isEqualTo(keys.getPublic());
  }

  @Test
  void refusesARequestSignedByAnotherKey() throws Exception {
    String csr =
        request(
            Authority.keys(random),
            Authority.keys(random),
            new GeneralName(GeneralName.uniformResourceIdentifier, WEB.uri()));
    assertThatThrownBy(() -> Authority.read(csr)).hasMessageContaining("not signed by its own key");
  }

  @Test
  void refusesARequestForSeveralNames() throws Exception {
    KeyPair keys = Authority.keys(random);
    String csr =
        request(
            keys,
            keys,
            new GeneralName(GeneralName.uniformResourceIdentifier, WEB.uri()),
            new GeneralName(GeneralName.dNSName, "web.example"));
    assertThatThrownBy(() -> Authority.read(csr))
        .hasMessageContaining("2 subject alternative names");
  }

  @Test
  void refusesARequestForNoName() throws Exception {
    KeyPair keys = Authority.keys(random);
    assertThatThrownBy(() -> Authority.read(request(keys, keys)))
        .hasMessageContaining("0 subject alternative names");
    assertThatThrownBy(() -> Authority.read("nonsense"))
        .hasMessageContaining("no CERTIFICATE REQUEST");
  }

  private static String request(KeyPair subject, KeyPair signer, GeneralName... names)
      throws Exception {
    var builder =
        new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=x"), subject.getPublic());
    if (names.length > 0) {
      var generator = new ExtensionsGenerator();
      generator.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(names));
      Extensions extensions = generator.generate();
      builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions);
    }
    byte[] bytes =
        builder
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate()))
            .getEncoded();
    return Pem.block("CERTIFICATE REQUEST", bytes);
  }
}
