package io.inmesh.spring.client;

import io.inmesh.BlockingMesh.BlockingResponse;
import io.inmesh.call.Bodies;
import io.inmesh.call.MeshException;
import io.inmesh.call.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.client.AbstractClientHttpRequest;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpResponse;

/**
 * A request of a blocking client. Its body is collected if the application writes it piece by
 * piece; a body that writes itself is streamed, unless its length says that it is short.
 */
final class MeshRequest extends AbstractClientHttpRequest implements StreamingHttpOutputMessage {
  /** Bodies up to this many bytes are collected: they can be sent again, as policies may wish. */
  private static final int SHORT = 64 * 1024;

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final int MOST_REDIRECTS = 5;

  private final MeshRequestFactory factory;
  private final URI uri;
  private final HttpMethod method;
  private @Nullable ByteArrayOutputStream collected;
  private @Nullable Body streamed;

  MeshRequest(MeshRequestFactory factory, URI uri, HttpMethod method) {
    this.factory = factory;
    this.uri = uri;
    this.method = method;
  }

  @Override
  public HttpMethod getMethod() {
    return method;
  }

  @Override
  public URI getURI() {
    return uri;
  }

  @Override
  protected OutputStream getBodyInternal(HttpHeaders headers) {
    ByteArrayOutputStream body = collected == null ? new ByteArrayOutputStream() : collected;
    collected = body;
    return body;
  }

  @Override
  public void setBody(Body body) {
    assertNotExecuted();
    streamed = body;
  }

  @Override
  protected ClientHttpResponse executeInternal(HttpHeaders headers) throws IOException {
    ClientHttpResponse response = exchange(headers);
    if (!factory.settings().followRedirects()) {
      return response;
    }
    ClientHttpRequest current = this;
    for (int i = 0; i < MOST_REDIRECTS; i++) {
      ClientHttpRequest next = redirected(current, response, headers);
      if (next == null) {
        break;
      }
      response.close();
      current = next;
      response = next instanceof MeshRequest own ? own.exchange(own.getHeaders()) : next.execute();
    }
    return response;
  }

  /**
   * The request that an answer points to; null if it is to be taken as it is. Only requests that
   * may be repeated without asking anybody follow, as with the clients that Boot has.
   */
  private @Nullable ClientHttpRequest redirected(
      ClientHttpRequest from, ClientHttpResponse response, HttpHeaders headers) throws IOException {
    int status = response.getStatusCode().value();
    String location = response.getHeaders().getFirst(HttpHeaders.LOCATION);
    HttpMethod asked = from.getMethod();
    boolean safe = asked == HttpMethod.GET || asked == HttpMethod.HEAD;
    if (!REDIRECTS.contains(status) || location == null || !(safe || status == 303)) {
      return null;
    }
    URI target = from.getURI().resolve(location);
    if (!MeshedCalls.isCandidate(target)) {
      return null;
    }
    HttpMethod next = asked == HttpMethod.HEAD ? HttpMethod.HEAD : HttpMethod.GET;
    ClientHttpRequest request = factory.createRequest(target, next);
    boolean sameHost = target.getAuthority().equals(from.getURI().getAuthority());
    headers.forEach(
        (name, values) -> {
          if (mayFollow(name, sameHost)) {
            request.getHeaders().addAll(name, values);
          }
        });
    return request;
  }

  private static boolean mayFollow(String name, boolean sameHost) {
    boolean ofBody = name.regionMatches(true, 0, "content-", 0, 8);
    boolean ofHost =
        name.equalsIgnoreCase(HttpHeaders.HOST)
            || name.equalsIgnoreCase(HttpHeaders.AUTHORIZATION)
            || name.equalsIgnoreCase(HttpHeaders.COOKIE);
    return !ofBody && (sameHost || !ofHost);
  }

  private ClientHttpResponse exchange(HttpHeaders headers) throws IOException {
    Request request = MeshedCalls.request(uri, method, headers, factory.settings().timeout());
    try {
      BlockingResponse response =
          factory.calls().mesh().blocking().exchange(body(request, headers));
      return new MeshResponse(response);
    } catch (MeshException broken) {
      throw new IOException(method + " " + uri + ": " + broken.getMessage(), broken);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(method + " " + uri + " was interrupted");
    }
  }

  private Request body(Request request, HttpHeaders headers) throws IOException {
    Body writer = streamed;
    if (writer == null) {
      return collected == null ? request : request.withBody(Bodies.of(collected.toByteArray()));
    }
    long length = headers.getContentLength();
    if (length >= 0 && length <= SHORT) {
      var bytes = new ByteArrayOutputStream((int) length);
      writer.writeTo(bytes);
      return request.withBody(Bodies.of(bytes.toByteArray()));
    }
    return request.withBody(new WrittenBody(writer, length, factory.settings().uploads()));
  }
}
