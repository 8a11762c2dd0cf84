package io.inmesh.spring.client;

import io.inmesh.call.Headers;
import io.inmesh.call.Request;
import io.inmesh.runtime.MeshRuntime;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;

/**
 * What both kinds of clients share: which calls are the mesh's, and how Spring's view of a request
 * becomes the mesh's. Safe for use by many threads.
 */
public final class MeshedCalls {
  /** What the mesh says itself, of a message or of a connection. */
  private static final Set<String> OWN =
      Set.of(
          "host",
          "content-length",
          "transfer-encoding",
          "connection",
          "keep-alive",
          "upgrade",
          "http2-settings");

  private final MeshRuntime mesh;

  /** Calls of a mesh. */
  public MeshedCalls(MeshRuntime mesh) {
    this.mesh = mesh;
  }

  MeshRuntime mesh() {
    return mesh;
  }

  /** Whether it could be the mesh's at all: HTTP, with a host. */
  static boolean isCandidate(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    return uri.getRawAuthority() != null && (scheme.equals("http") || scheme.equals("https"));
  }

  /** Whether calls there go by the mesh's config; the plane is asked where it is not known yet. */
  CompletionStage<Boolean> areMeshed(URI uri, HttpMethod method) {
    return mesh.isMeshed(Request.of(method.name(), withoutUser(uri)));
  }

  /**
   * The request without its body.
   *
   * @param timeout for the whole exchange; null for none but those of config
   */
  static Request request(
      URI uri, HttpMethod method, HttpHeaders fields, @Nullable Duration timeout) {
    Request plain = Request.of(method.name(), withoutUser(uri));
    var headers = new Headers();
    fields.forEach(
        (name, values) -> {
          if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> headers.add(name, value));
          }
        });
    String host = fields.getFirst(HttpHeaders.HOST);
    return new Request(
        plain.method(),
        plain.scheme(),
        host == null ? plain.authority() : host,
        plain.path(),
        headers.freeze(),
        Optional.empty(),
        timeout == null ? Duration.ZERO : timeout);
  }

  static HttpHeaders headers(Headers fields) {
    var headers = new HttpHeaders();
    for (int i = 0; i < fields.size(); i++) {
      headers.add(fields.name(i), fields.value(i));
    }
    return headers;
  }

  private static URI withoutUser(URI uri) {
    String authority = uri.getRawAuthority();
    int at = authority == null ? -1 : authority.lastIndexOf('@');
    if (at < 0) {
      return uri;
    }
    String text = uri.toString();
    int start = text.indexOf(authority);
    return URI.create(text.substring(0, start) + text.substring(start + at + 1));
  }
}
