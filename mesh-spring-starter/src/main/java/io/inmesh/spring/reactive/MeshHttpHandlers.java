package io.inmesh.spring.reactive;

import io.inmesh.runtime.member.Serving;
import java.net.InetSocketAddress;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.springframework.core.Ordered;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.HttpHandlerDecoratorFactory;
import org.springframework.http.server.reactive.ServerHttpRequest;
import reactor.core.publisher.Mono;

/**
 * Asks the mesh about each request before anything else sees it, all {@code WebFilter}s and error
 * handlers included: the filters of the inbound listener decide, change headers, or answer.
 */
public final class MeshHttpHandlers implements HttpHandlerDecoratorFactory, Ordered {
  private final Supplier<Serving> serving;
  private final IntSupplier port;

  /**
   * Handlers of a member that serves.
   *
   * @param port of the application's server; 0 if it is not known yet. What comes by another one,
   *     such as that of management, is no business of the mesh
   */
  public MeshHttpHandlers(Supplier<Serving> serving, IntSupplier port) {
    this.serving = serving;
    this.port = port;
  }

  @Override
  public HttpHandler apply(HttpHandler application) {
    return (request, response) ->
        isOurs(request)
            ? Mono.defer(
                () -> new ReactiveJudgement(serving.get(), request, response).run(application))
            : application.handle(request, response);
  }

  private boolean isOurs(ServerHttpRequest request) {
    int known = port.getAsInt();
    InetSocketAddress local = request.getLocalAddress();
    return known == 0 || local == null || local.getPort() == known;
  }

  /** The last to wrap is the first to be asked. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }
}
