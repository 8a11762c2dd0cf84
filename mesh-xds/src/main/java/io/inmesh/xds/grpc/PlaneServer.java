package io.inmesh.xds.grpc;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A server of the infrastructure: a control plane, a certificate authority.
 *
 * @param host a name or an address
 * @param authority the name that its certificate must have, if it is not {@code host}
 */
public record PlaneServer(String host, int port, Security security, Optional<String> authority) {
  public PlaneServer {
    if (host.isEmpty() || port < 1 || port > 0xffff) {
      throw new IllegalArgumentException("not a server's address: \"" + host + ":" + port + "\"");
    }
  }

  /**
   * Reads {@code host:port}; an IPv6 address stands in brackets.
   *
   * @throws IllegalArgumentException if it is malformed
   */
  public static PlaneServer of(String target, Security security) {
    int colon = target.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("not host:port: \"" + target + "\"");
    }
    String host = target.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      return new PlaneServer(
          host, Integer.parseInt(target.substring(colon + 1)), security, Optional.empty());
    } catch (NumberFormatException malformed) {
      throw new IllegalArgumentException("not host:port: \"" + target + "\"", malformed);
    }
  }

  /** {@code host:port}. */
  public String target() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  @Override
  public String toString() {
    return target();
  }

  /** How the connection is protected, and how we prove who we are. */
  public sealed interface Security {}

  /** Not at all. For a plane on the same machine, and for tests. */
  public record Plaintext() implements Security {}

  /**
   * By TLS, with files that somebody else renews. They are read anew for each connection: streams
   * that are open go on with what they began with.
   *
   * @param roots PEM of whom the server's certificate must come from; the JDK's own roots if absent
   * @param own by which we prove who we are
   * @param token holds a bearer token, for instance a JWT; sent with each stream
   */
  public record TlsFiles(Optional<Path> roots, Optional<KeyFiles> own, Optional<Path> token)
      implements Security {}

  /**
   * A certificate and its key, in PEM.
   *
   * @param chain the own certificate first
   */
  public record KeyFiles(Path chain, Path key) {}

  /**
   * By TLS. We prove who we are with our own certificate from the secret store, if {@code
   * ownCertificate} is set and there is one that is still valid; otherwise with a token, if there
   * is one.
   *
   * @param roots whom the server's certificate must come from; empty for the JDK's own roots
   * @param token gives the current bearer token, asked once a connection; never sent in plain text
   */
  public record Tls(
      List<X509Certificate> roots, boolean ownCertificate, Optional<Supplier<String>> token)
      implements Security {
    public Tls {
      roots = List.copyOf(roots);
    }
  }
}
