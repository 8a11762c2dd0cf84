package io.inmesh.runtime.identity;

import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.Pem;
import io.inmesh.identity.TrustBundle;
import io.inmesh.state.StateDirectory;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The identity on disk: one file, so that a key never meets another run's chain or roots. Sections
 * begin with a line of their own: {@code # received TIME}, {@code # roots DOMAIN}.
 */
final class IdentityFile {
  private static final String NAME = "identity.pem";
  private static final String RECEIVED = "# received ";
  private static final String ROOTS = "# roots ";
  private static final int LIMIT = 1 << 20;

  private final StateDirectory directory;

  IdentityFile(StateDirectory directory) {
    this.directory = directory;
  }

  /** What is kept together. */
  record Kept(KeyMaterial material, TrustBundle roots) {}

  /**
   * What the last run left; empty if nothing.
   *
   * @throws IllegalStateException if the file is open to others or damaged
   * @throws UncheckedIOException if it cannot be read
   */
  Optional<Kept> read() {
    return directory
        .read(NAME, LIMIT)
        .map(bytes -> parse(new String(bytes, StandardCharsets.UTF_8)));
  }

  private Kept parse(String text) {
    try {
      int rootsAt = text.indexOf(ROOTS);
      String own = rootsAt < 0 ? text : text.substring(0, rootsAt);
      if (!own.startsWith(RECEIVED)) {
        throw new IllegalArgumentException("does not begin with \"" + RECEIVED + "\"");
      }
      Instant received = Instant.parse(own.substring(RECEIVED.length(), own.indexOf('\n')));
      var material = new KeyMaterial(Pem.certificates(own), Pem.privateKey(own), received);
      return new Kept(material, new TrustBundle(roots(rootsAt < 0 ? "" : text.substring(rootsAt))));
    } catch (IllegalArgumentException | DateTimeException damaged) {
      throw new IllegalStateException(
          directory.path().resolve(NAME) + " is damaged: " + damaged.getMessage(), damaged);
    }
  }

  private static Map<String, List<X509Certificate>> roots(String text) {
    var roots = new HashMap<String, List<X509Certificate>>();
    for (String section : text.split(ROOTS)) {
      int line = section.indexOf('\n');
      if (line >= 0) {
        roots.put(section.substring(0, line), Pem.certificates(section));
      }
    }
    return roots;
  }

  /** Replaces the file. */
  void write(Kept kept) {
    var text = new StringBuilder(RECEIVED).append(kept.material().receivedAt()).append('\n');
    text.append(Pem.ofPrivateKey(kept.material().key()))
        .append(Pem.ofCertificates(kept.material().chain()));
    kept.roots()
        .authorities()
        .forEach(
            (domain, roots) ->
                text.append(ROOTS).append(domain).append('\n').append(Pem.ofCertificates(roots)));
    directory.write(NAME, text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
