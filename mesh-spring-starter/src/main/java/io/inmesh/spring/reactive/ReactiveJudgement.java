package io.inmesh.spring.reactive;

import io.inmesh.call.Bodies;
import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.runtime.member.Serving;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.inmesh.spring.inbound.Connection;
import io.inmesh.spring.inbound.Incoming;
import io.inmesh.spring.inbound.Paths;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * One request on its way through the mesh's judgement and a reactive application. Nothing waits:
 * the judgement runs on a loop of the mesh, the application on Reactor's parallel threads.
 */
final class ReactiveJudgement {
  private static final String NOBODY = "the client's certificate has no single SPIFFE identity";

  private final Serving serving;
  private final ServerHttpRequest request;
  private final ServerHttpResponse response;
  private final Connection connection;
  private final Body body;
  private final Incoming incoming;

  ReactiveJudgement(Serving serving, ServerHttpRequest request, ServerHttpResponse response) {
    this.serving = serving;
    this.request = request;
    this.response = response;
    this.connection = Connections.of(request);
    this.body =
        Bodies.of(
            JdkFlowAdapter.publisherToFlowPublisher(
                request.getBody().map(ReactiveJudgement::copy)));
    this.incoming = new Incoming(serving, asked());
  }

  /** Chunks of a request belong to the mesh once it has them. */
  private static ByteBuffer copy(DataBuffer buffer) {
    ByteBuffer bytes = ByteBuffer.allocate(buffer.readableByteCount());
    buffer.toByteBuffer(bytes);
    DataBufferUtils.release(buffer);
    return bytes;
  }

  Mono<Void> run(HttpHandler application) {
    if (connection.isNobody()) {
      response.setStatusCode(HttpStatus.FORBIDDEN);
      return response.writeWith(Mono.fromSupplier(() -> wrap(NOBODY)));
    }
    return Mono.fromFuture(() -> incoming.judge(connection.downstream()))
        // The mesh's own loop is no place for an application.
        .publishOn(Schedulers.parallel())
        .flatMap(through -> through.map(it -> serve(application, it)).orElseGet(this::answer))
        .doOnSuccess(done -> end(true))
        .doOnError(broken -> end(false))
        .doOnCancel(() -> end(false));
  }

  private DataBuffer wrap(String text) {
    return response.bufferFactory().wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private void end(boolean whole) {
    var status = response.getStatusCode();
    incoming.end(
        whole,
        status == null ? HttpStatus.OK.value() : status.value(),
        request.getHeaders().getContentLength(),
        Math.max(0, response.getHeaders().getContentLength()));
  }

  private Mono<Void> serve(HttpHandler application, ServerRequest through) {
    Optional<ServerHttpRequest> judged = judged(through);
    if (judged.isEmpty()) {
      return Mono.fromFuture(() -> incoming.refuse(HttpStatus.BAD_REQUEST.value()))
          .flatMap(this::write);
    }
    response.beforeCommit(this::head);
    return application.handle(judged.get(), response);
  }

  /** The request as it was judged; empty if an application would take it for another one. */
  private Optional<ServerHttpRequest> judged(ServerRequest through) {
    if (Paths.hasParameters(through.path())) {
      return Optional.empty();
    }
    try {
      URI uri = request.getURI();
      String authority = uri.getRawAuthority();
      URI target =
          new URI(
              uri.getScheme()
                  + "://"
                  + (authority == null ? "localhost" : authority)
                  + through.path());
      return Optional.of(new JudgedServerRequest(request, through, target, body));
    } catch (URISyntaxException unusable) {
      return Optional.empty();
    }
  }

  /** Just before the head of the application's answer goes out. */
  private Mono<Void> head() {
    var status = response.getStatusCode();
    var before = new Headers();
    response
        .getHeaders()
        .forEach((name, values) -> values.forEach(value -> before.add(name, value)));
    return Mono.fromFuture(
            () -> incoming.answered(status == null ? 200 : status.value(), before.copy()))
        .publishOn(Schedulers.parallel())
        .doOnNext(
            out -> {
              if (status != null || out.status() != HttpStatus.OK.value()) {
                response.setRawStatusCode(out.status());
              }
              if (!out.headers().equals(before)) {
                replace(out.headers());
              }
            })
        .then();
  }

  private void replace(Headers with) {
    HttpHeaders headers = response.getHeaders();
    headers.clear();
    for (int i = 0; i < with.size(); i++) {
      headers.add(with.name(i), with.value(i));
    }
  }

  /** What the filters say themselves. */
  private Mono<Void> answer() {
    return Mono.fromFuture(incoming::decided).flatMap(this::write);
  }

  private Mono<Void> write(ServerResponse out) {
    response.setRawStatusCode(out.status());
    replace(out.headers());
    if (out.body().isEmpty()) {
      return response.setComplete();
    }
    return response.writeWith(
        JdkFlowAdapter.flowPublisherToFlux(Bodies.publisher(out.body().get()))
            .map(response.bufferFactory()::wrap));
  }

  private ServerRequest asked() {
    var headers = new Headers();
    request
        .getHeaders()
        .forEach(
            (name, values) -> {
              String lower = name.toLowerCase(Locale.ROOT);
              if (!lower.equals("host")) {
                values.forEach(value -> headers.addLower(lower, value));
              }
            });
    URI uri = request.getURI();
    String path = uri.getRawPath();
    String query = uri.getRawQuery();
    String host = request.getHeaders().getFirst(HttpHeaders.HOST);
    String target = path == null || path.isEmpty() ? "/" : path;
    return new ServerRequest(
        request.getMethod().name(),
        connection.tls() ? "https" : "http",
        host == null ? String.valueOf(uri.getRawAuthority()) : host,
        query == null ? target : target + "?" + query,
        serving.told(connection.downstream(), connection.chain(), headers),
        body,
        connection.peer(),
        connection.remote());
  }
}
