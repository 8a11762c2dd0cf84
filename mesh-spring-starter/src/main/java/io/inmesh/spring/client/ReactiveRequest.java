package io.inmesh.spring.client;

import io.inmesh.call.Bodies;
import io.inmesh.call.Request;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.AbstractClientHttpRequest;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A request of a reactive client. It is sent once its head is complete; its body then flows. */
final class ReactiveRequest extends AbstractClientHttpRequest {
  private final HttpMethod method;
  private final URI uri;
  private @Nullable Publisher<ByteBuffer> body;

  ReactiveRequest(HttpMethod method, URI uri) {
    this.method = method;
    this.uri = uri;
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
  public DataBufferFactory bufferFactory() {
    return DefaultDataBufferFactory.sharedInstance;
  }

  @Override
  public Mono<Void> writeWith(Publisher<? extends DataBuffer> content) {
    return doCommit(
        () -> {
          body = Flux.from(content).map(ReactiveRequest::copy);
          return Mono.empty();
        });
  }

  /** Chunks of a request belong to the mesh once it has them. */
  private static ByteBuffer copy(DataBuffer buffer) {
    ByteBuffer bytes = ByteBuffer.allocate(buffer.readableByteCount());
    buffer.toByteBuffer(bytes);
    DataBufferUtils.release(buffer);
    return bytes;
  }

  @Override
  public Mono<Void> writeAndFlushWith(
      Publisher<? extends Publisher<? extends DataBuffer>> content) {
    return writeWith(Flux.from(content).concatMap(each -> each));
  }

  @Override
  public Mono<Void> setComplete() {
    return doCommit();
  }

  @Override
  protected void applyHeaders() {}

  @Override
  protected void applyCookies() {
    if (!getCookies().isEmpty()) {
      getHeaders()
          .add(
              HttpHeaders.COOKIE,
              getCookies().values().stream()
                  .flatMap(java.util.List::stream)
                  .map(cookie -> cookie.getName() + "=" + cookie.getValue())
                  .collect(Collectors.joining("; ")));
    }
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // As Spring declares it.
  public <T> T getNativeRequest() {
    return (T) this;
  }

  Request toCall(@Nullable Duration timeout) {
    Request request = MeshedCalls.request(uri, method, getHeaders(), timeout);
    Publisher<ByteBuffer> content = body;
    if (content == null) {
      return request;
    }
    return request.withBody(
        new SizedBody(
            Bodies.of(JdkFlowAdapter.publisherToFlowPublisher(content)),
            getHeaders().getContentLength()));
  }
}
