package io.inmesh.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.Pem;
import io.inmesh.testkit.pki.TestPki;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateFilesTest {
  @TempDir Path folder;
  private final TestPki pki = new TestPki("cluster.local");

  @Test
  void aSetTakesThePlaceOfAnotherAsAWhole() throws Exception {
    Path out = folder.resolve("certs");
    var files = new CertificateFiles(out);
    for (String name : new String[] {"first", "second"}) {
      KeyMaterial material = pki.issue(new TestPki.Leaf().dns(name));
      files.write(material, pki.trust());
      assertThat(Pem.certificates(Files.readString(out.resolve("cert-chain.pem"))))
          .isEqualTo(material.chain());
      assertThat(Pem.privateKey(Files.readString(out.resolve("key.pem"))))
          .isEqualTo(material.key());
      assertThat(Pem.certificates(Files.readString(out.resolve("root-cert.pem"))))
          .containsExactly(pki.root());
      assertThat(out.resolve("key.pem").toRealPath().getParent())
          .isEqualTo(out.resolve("cert-chain.pem").toRealPath().getParent());
    }
    try (Stream<Path> left = Files.list(out)) {
      assertThat(left.map(path -> path.getFileName().toString().replaceAll("-[0-9].*", "")))
          .containsExactlyInAnyOrder(
              "..data", "..set", "key.pem", "cert-chain.pem", "root-cert.pem");
    }
  }
}
