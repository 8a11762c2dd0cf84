package io.inmesh.runtime.observe.opentelemetry;

import io.inmesh.runtime.observe.TraceContext;
import io.inmesh.server.Handler;
import io.inmesh.server.ServerRequest;
import io.inmesh.server.ServerResponse;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A span for each request that comes in. It is the current one while the handler is called, so that
 * calls made there belong to it. It ends when the handler has answered.
 */
final class TracedHandler implements Handler {
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
  private static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
  private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
  private static final AttributeKey<String> CLIENT = AttributeKey.stringKey("client.address");
  private static final AttributeKey<String> PEER = AttributeKey.stringKey("inmesh.peer");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  private final OpenTelemetryTracing tracing;
  private final Handler handler;

  TracedHandler(OpenTelemetryTracing tracing, Handler handler) {
    this.tracing = tracing;
    this.handler = handler;
  }

  @Override
  public CompletionStage<ServerResponse> handle(ServerRequest request) {
    TraceContext said = TraceContext.of(request.headers());
    Context parent =
        said == null ? Context.root() : OpenTelemetryTracing.remote(said, Context.root());
    if (said != null && !said.sampled()) {
      return parent.wrapSupplier(() -> handler.handle(request)).get();
    }
    Span span = begin(request, parent);
    try {
      return parent
          .with(span)
          .wrapSupplier(() -> handler.handle(request))
          .get()
          .whenComplete((response, failure) -> end(span, response, failure));
    } catch (RuntimeException failure) {
      end(span, null, failure);
      throw failure;
    }
  }

  private Span begin(ServerRequest request, Context parent) {
    int query = request.path().indexOf('?');
    Span span =
        tracing
            .tracer()
            .spanBuilder(request.method())
            .setParent(parent)
            .setSpanKind(SpanKind.SERVER)
            .setAttribute(METHOD, request.method())
            .setAttribute(SCHEME, request.scheme())
            .setAttribute(PATH, query < 0 ? request.path() : request.path().substring(0, query))
            .setAttribute(ADDRESS, request.authority())
            .setAttribute(CLIENT, request.remote().host())
            .startSpan();
    request.peer().ifPresent(peer -> span.setAttribute(PEER, peer.uri()));
    return span;
  }

  /** Unlike for a client, only a 5xx is an error for a server. */
  private static void end(
      Span span, @Nullable ServerResponse response, @Nullable Throwable failure) {
    int status = response == null ? 500 : response.status();
    span.setAttribute(STATUS, (long) status);
    if (status >= 500) {
      span.setAttribute(
          ERROR, failure == null ? Integer.toString(status) : failure.getClass().getName());
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }
}
