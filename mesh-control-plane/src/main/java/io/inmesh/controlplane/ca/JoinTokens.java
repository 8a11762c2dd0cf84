package io.inmesh.controlplane.ca;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
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
 * SERVICE.NAMESPACE.SECRET}; removing the file revokes it.
 */
public final class JoinTokens {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final int LIMIT = 1 << 18;
  private static final int SECRET_BYTES = 32;
  private static final Gson JSON =
      new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

  private final StateDirectory directory;
  private final String trustDomain;
  private final SecureRandom random;

  public JoinTokens(StateDirectory directory, String trustDomain, SecureRandom random) {
    this.directory = directory;
    this.trustDomain = trustDomain;
    this.random = random;
  }

  /**
   * What a process needs to join.
   *
   * @param plane {@code host:port} of the control plane's TLS port
   * @param roots PEM of the authorities that the control plane's certificate is judged by
   */
  public record JoinFile(
      String service,
      String namespace,
      String trustDomain,
      String plane,
      String token,
      String roots) {
    /**
     * Reads a join file's text.
     *
     * @throws IllegalArgumentException if something is missing
     */
    public static JoinFile parse(String text) {
      JoinFile file;
      try {
        file = JSON.fromJson(text, JoinFile.class);
      } catch (JsonParseException malformed) {
        throw new IllegalArgumentException("not a join file: " + malformed.getMessage(), malformed);
      }
      if (file == null
          || file.service == null
          || file.namespace == null
          || file.trustDomain == null
          || file.plane == null
          || file.token == null
          || file.roots == null) {
        throw new IllegalArgumentException(
            "not a join file: it needs service, namespace, trustDomain, plane, token and roots");
      }
      return file;
    }

    /** As it stands in the file. */
    public String toJson() {
      return JSON.toJson(this);
    }

    @Override
    public String toString() {
      return "JoinFile[" + service + "." + namespace + " at " + plane + "]";
    }
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
      directory.write(name(service, namespace), file.toJson().getBytes(StandardCharsets.UTF_8));
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
        .map(bytes -> JoinFile.parse(new String(bytes, StandardCharsets.UTF_8)));
  }

  private static String name(String service, String namespace) {
    return namespace + "." + service + ".join";
  }

  /** The identity that a token proves; empty if it proves none. */
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
