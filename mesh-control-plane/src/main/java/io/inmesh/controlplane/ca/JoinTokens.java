package io.inmesh.controlplane.ca;

import io.inmesh.identity.JoinFile;
import io.inmesh.identity.SpiffeId;
import io.inmesh.state.StateDirectory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Join tokens: one file a service, mode 0600, which the service's operator hands to its processes.
 * Who shows the token has proved to be that service. A token has the form {@code
 * SERVICE.NAMESPACE.SECRET}. Removing the file revokes it, and the renewal of certificates: what
 * was issued holds until it expires.
 */
public final class JoinTokens {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final int LIMIT = 1 << 18;
  private static final int SECRET_BYTES = 32;

  private final StateDirectory directory;
  private final String trustDomain;
  private final SecureRandom random;

  public JoinTokens(StateDirectory directory, String trustDomain, SecureRandom random) {
    this.directory = directory;
    this.trustDomain = trustDomain;
    this.random = random;
  }

  /**
   * The join file of a service; made if there is none, kept otherwise, so that a restart
   * invalidates nothing. Address and roots are brought up to date.
   *
   * @throws IllegalArgumentException if service or namespace are not DNS labels
   */
  public Path issue(String service, String namespace, String plane, String roots) {
    check("service", service);
    check("namespace", namespace);
    String token =
        read(service, namespace)
            .map(JoinFile::token)
            .orElseGet(() -> service + "." + namespace + "." + secret());
    var file = new JoinFile(service, namespace, trustDomain, plane, token, roots);
    if (!read(service, namespace).equals(Optional.of(file))) {
      directory.write(name(service, namespace), file.toText().getBytes(StandardCharsets.UTF_8));
    }
    return directory.path().resolve(name(service, namespace));
  }

  private static void check(String what, String value) {
    if (!NAME.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "not a " + what + " name (lower-case letters, digits, dashes): \"" + value + "\"");
    }
  }

  private String secret() {
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private Optional<JoinFile> read(String service, String namespace) {
    return directory
        .read(name(service, namespace), LIMIT)
        .map(bytes -> parse(service, namespace, bytes));
  }

  private JoinFile parse(String service, String namespace, byte[] bytes) {
    try {
      return JoinFile.parse(new String(bytes, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException damaged) {
      throw new IllegalStateException(
          directory.path().resolve(name(service, namespace))
              + " is damaged: "
              + damaged.getMessage(),
          damaged);
    }
  }

  /**
   * Whether an identity is that of a service with a join file.
   *
   * @throws IllegalStateException if the file is open to others or damaged
   */
  public boolean isIssued(SpiffeId id) {
    String[] parts = id.path().split("/", -1);
    return id.namespace().isPresent()
        && NAME.matcher(parts[4]).matches()
        && NAME.matcher(parts[2]).matches()
        && read(parts[4], parts[2]).isPresent();
  }

  private static String name(String service, String namespace) {
    return namespace + "." + service + ".join";
  }

  /**
   * The identity that a token proves; empty if it proves none.
   *
   * @throws IllegalStateException if the file is open to others or damaged
   */
  public Optional<SpiffeId> verify(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3
        || !NAME.matcher(parts[0]).matches()
        || !NAME.matcher(parts[1]).matches()) {
      return Optional.empty();
    }
    byte[] shown = token.getBytes(StandardCharsets.UTF_8);
    return read(parts[0], parts[1])
        .filter(file -> MessageDigest.isEqual(file.token().getBytes(StandardCharsets.UTF_8), shown))
        .map(file -> SpiffeId.ofServiceAccount(trustDomain, parts[1], parts[0]));
  }
}
