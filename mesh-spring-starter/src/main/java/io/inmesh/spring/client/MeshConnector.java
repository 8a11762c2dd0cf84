package io.inmesh.spring.client;

import io.inmesh.call.Bodies;
import io.inmesh.call.MeshException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpResponse;
import reactor.core.publisher.Mono;

/**
 * Connects reactive clients ({@code WebClient}): what the mesh knows goes by it, all else by the
 * connector that the application would have used.
 */
final class MeshConnector implements ClientHttpConnector {
  private final MeshedCalls calls;
  private final ClientHttpConnector others;
  private final @Nullable Duration timeout;

  /**
   * A connector.
   *
   * @param timeout for a whole exchange; null for none but those of config
   */
  MeshConnector(MeshedCalls calls, ClientHttpConnector others, @Nullable Duration timeout) {
    this.calls = calls;
    this.others = others;
    this.timeout = timeout;
  }

  @Override
  public Mono<ClientHttpResponse> connect(
      HttpMethod method, URI uri, Function<? super ClientHttpRequest, Mono<Void>> callback) {
    if (!MeshedCalls.isCandidate(uri)) {
      return others.connect(method, uri, callback);
    }
    return Mono.defer(() -> Mono.fromCompletionStage(calls.areMeshed(uri, method)))
        .flatMap(
            meshed -> meshed ? call(method, uri, callback) : others.connect(method, uri, callback));
  }

  private Mono<ClientHttpResponse> call(
      HttpMethod method, URI uri, Function<? super ClientHttpRequest, Mono<Void>> callback) {
    return Mono.defer(
            () -> {
              var request = new ReactiveRequest(method, uri);
              return callback.apply(request).then(Mono.defer(() -> exchange(request)));
            })
        .onErrorMap(
            MeshException.class,
            broken -> new IOException(method + " " + uri + ": " + broken.getMessage(), broken));
  }

  private Mono<ClientHttpResponse> exchange(ReactiveRequest request) {
    return Mono.fromCompletionStage(calls.mesh().exchange(request.toCall(timeout)))
        .map(
            response ->
                new ReactiveResponse(
                    response.status(),
                    MeshedCalls.headers(response.headers()),
                    Bodies.publisher(response.body())));
  }
}
