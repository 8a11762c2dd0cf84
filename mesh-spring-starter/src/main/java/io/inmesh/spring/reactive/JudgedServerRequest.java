package io.inmesh.spring.reactive;

import io.inmesh.call.Bodies;
import io.inmesh.call.Body;
import io.inmesh.call.Headers;
import io.inmesh.server.ServerRequest;
import java.net.URI;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** The request with the target and the headers that the mesh's filters have left. */
final class JudgedServerRequest extends ServerHttpRequestDecorator {
  private final Body own;
  private final Body body;

  /**
   * A judged request.
   *
   * @param own the request's own body, which is read as ever unless a filter has read of it
   */
  JudgedServerRequest(ServerHttpRequest request, ServerRequest through, URI target, Body own) {
    super(
        request
            .mutate()
            .uri(target)
            .headers(headers -> become(headers, through.headers()))
            .build());
    this.own = own;
    this.body = through.body();
  }

  private static void become(HttpHeaders headers, Headers judged) {
    String host = headers.getFirst(HttpHeaders.HOST);
    headers.clear();
    if (host != null) {
      headers.set(HttpHeaders.HOST, host);
    }
    for (int i = 0; i < judged.size(); i++) {
      headers.add(judged.name(i), judged.value(i));
    }
  }

  @Override
  public Flux<DataBuffer> getBody() {
    return body == own
        ? super.getBody()
        : JdkFlowAdapter.flowPublisherToFlux(Bodies.publisher(body))
            .publishOn(Schedulers.parallel())
            .map(DefaultDataBufferFactory.sharedInstance::wrap);
  }
}
