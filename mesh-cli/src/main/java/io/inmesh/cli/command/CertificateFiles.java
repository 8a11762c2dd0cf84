package io.inmesh.cli.command;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.Pem;
import io.inmesh.identity.TrustBundle;
import io.inmesh.state.StateDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A key with its certificates in three files that change together: each set stands in a directory
 * of its own, {@code ..data} is a link to the one of now, and the files are links through it, as
 * Kubernetes mounts secrets. Envoy watches such a directory as a whole.
 */
final class CertificateFiles {
  private static final String DATA = "..data";
  private static final String SET = "..set-";
  private static final String KEY = "key.pem";
  private static final String CHAIN = "cert-chain.pem";
  private static final String ROOTS = "root-cert.pem";

  private final Path directory;

  /** In a directory that is made if needed, mode 0700. */
  CertificateFiles(Path directory) {
    this.directory = new StateDirectory(directory).path();
  }

  void write(KeyMaterial material, @Nullable TrustBundle trust) throws IOException {
    List<X509Certificate> roots = new ArrayList<>();
    if (trust != null) {
      trust.authorities().values().forEach(roots::addAll);
    }
    Path fresh = Files.createTempDirectory(directory, SET);
    var set = new StateDirectory(fresh);
    set.write(KEY, ascii(Pem.ofPrivateKey(material.key())));
    set.write(CHAIN, ascii(Pem.ofCertificates(material.chain())));
    set.write(ROOTS, ascii(Pem.ofCertificates(roots)));
    link(DATA, directory.relativize(fresh));
    for (String name : List.of(KEY, CHAIN, ROOTS)) {
      if (!Files.isSymbolicLink(directory.resolve(name))) {
        link(name, Path.of(DATA, name));
      }
    }
    removeOthers(fresh);
  }

  private void link(String name, Path target) throws IOException {
    Path temporary = directory.resolve("..new-" + name);
    Files.deleteIfExists(temporary);
    Files.createSymbolicLink(temporary, target);
    Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private void removeOthers(Path current) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      for (Path old : all.toList()) {
        if (directory.relativize(old).toString().startsWith(SET) && !old.equals(current)) {
          for (String name : List.of(KEY, CHAIN, ROOTS)) {
            Files.deleteIfExists(old.resolve(name));
          }
          Files.deleteIfExists(old);
        }
      }
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
