package io.inmesh.call;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * An HTTP request as the application wrote it. The mesh never changes these headers; it edits a
 * copy.
 *
 * @param method for instance {@code GET}; case matters
 * @param scheme {@code http} or {@code https}, as the application sees it; the mesh decides whether
 *     the connection is encrypted
 * @param authority host and port, if the port is not the scheme's; what routing calls the host
 * @param path path and query as they stand on the request line, beginning with {@code /}
 * @param headers without {@code host} and pseudo-header fields
 * @param body empty for none
 * @param timeout a deadline for the whole call beside the route's own; zero for none
 */
public record Request(
    String method,
    String scheme,
    String authority,
    String path,
    Headers headers,
    Optional<Body> body,
    Duration timeout) {

  /** A request without body or deadline. */
  public Request(String method, String scheme, String authority, String path, Headers headers) {
    this(method, scheme, authority, path, headers, Optional.empty(), Duration.ZERO);
  }

  /**
   * A request of an absolute URI.
   *
   * @throws IllegalArgumentException if the URI names no scheme or no host, or names a user
   */
  public static Request of(String method, URI uri) {
    if (uri.getScheme() == null || uri.getRawAuthority() == null) {
      throw new IllegalArgumentException("not an absolute URI with a host: " + uri);
    }
    if (uri.getRawAuthority().indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "a URI with a user or password would tell them to servers and logs: send them in the"
              + " header authorization");
    }
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery();
    return new Request(
        method,
        uri.getScheme(),
        uri.getRawAuthority(),
        query == null ? path : path + "?" + query,
        Headers.EMPTY);
  }

  /** The same request with other headers. */
  public Request withHeaders(Headers value) {
    return new Request(method, scheme, authority, path, value, body, timeout);
  }

  /** The same request with a body. */
  public Request withBody(Body value) {
    return new Request(method, scheme, authority, path, headers, Optional.of(value), timeout);
  }

  /** The same request with a deadline, counted from its start. */
  public Request withTimeout(Duration value) {
    return new Request(method, scheme, authority, path, headers, body, value);
  }
}
