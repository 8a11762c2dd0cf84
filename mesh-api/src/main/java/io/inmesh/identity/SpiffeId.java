package io.inmesh.identity;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A SPIFFE identity: {@code spiffe://TRUST_DOMAIN/PATH}. Source: SPIFFE-ID.
 *
 * @param trustDomain lower case letters, digits, dots, dashes, underscores
 * @param path beginning with a slash, or empty
 */
public record SpiffeId(String trustDomain, String path) {
  private static final String SCHEME = "spiffe://";
  private static final int URI_NAME = 6;

  public SpiffeId {
    check(trustDomain, path);
  }

  private static void check(String domain, String path) {
    if (domain.isEmpty()
        || domain.length() > 255
        || !domain.chars().allMatch(c -> isPlain(c) && (c < 'A' || c > 'Z'))) {
      throw new IllegalArgumentException("not a SPIFFE trust domain: \"" + domain + "\"");
    }
    if (path.isEmpty()) {
      return;
    }
    if (path.charAt(0) != '/') {
      throw new IllegalArgumentException("a SPIFFE path begins with a slash: \"" + path + "\"");
    }
    for (String segment : path.substring(1).split("/", -1)) {
      if (segment.isEmpty()
          || segment.equals(".")
          || segment.equals("..")
          || !segment.chars().allMatch(SpiffeId::isPlain)) {
        throw new IllegalArgumentException("not a SPIFFE path: \"" + path + "\"");
      }
    }
  }

  private static boolean isPlain(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '-'
        || c == '_';
  }

  /**
   * Reads a URI.
   *
   * @throws IllegalArgumentException if it is not a SPIFFE identity
   */
  public static SpiffeId parse(String uri) {
    if (!uri.startsWith(SCHEME)) {
      throw new IllegalArgumentException("not a SPIFFE identity: \"" + uri + "\"");
    }
    String rest = uri.substring(SCHEME.length());
    int slash = rest.indexOf('/');
    return slash < 0
        ? new SpiffeId(rest, "")
        : new SpiffeId(rest.substring(0, slash), rest.substring(slash));
  }

  /**
   * The identity of a Kubernetes style workload, as Istio writes it: {@code
   * spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT}.
   */
  public static SpiffeId ofServiceAccount(String trustDomain, String namespace, String account) {
    return new SpiffeId(trustDomain, "/ns/" + namespace + "/sa/" + account);
  }

  /**
   * The one SPIFFE identity of a certificate; empty if it has none, several, or a malformed one.
   */
  public static Optional<SpiffeId> of(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      if (names == null) {
        return Optional.empty();
      }
      List<String> uris =
          names.stream()
              .filter(name -> Integer.valueOf(URI_NAME).equals(name.get(0)))
              .map(name -> String.valueOf(name.get(1)))
              .filter(uri -> uri.startsWith(SCHEME))
              .toList();
      return uris.size() == 1 ? Optional.of(parse(uris.get(0))) : Optional.empty();
    } catch (CertificateParsingException | IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  /** The namespace of {@code /ns/NAMESPACE/sa/ACCOUNT}; empty for another path. */
  public Optional<String> namespace() {
    String[] parts = path.split("/", -1);
    return parts.length == 5 && parts[1].equals("ns") && parts[3].equals("sa")
        ? Optional.of(parts[2])
        : Optional.empty();
  }

  /** The URI. */
  public String uri() {
    return SCHEME + trustDomain + path;
  }

  @Override
  public String toString() {
    return uri();
  }
}
