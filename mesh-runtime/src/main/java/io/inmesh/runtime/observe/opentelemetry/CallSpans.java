package io.inmesh.runtime.observe.opentelemetry;

import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Outcome;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.runtime.engine.CallTracing.Trace;
import io.inmesh.runtime.engine.OutgoingCall;
import io.inmesh.runtime.observe.TraceContext.Form;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One span for a call and one for each attempt, which is what the peer's span hangs below. Names
 * and attributes: OpenTelemetry, "Semantic conventions for HTTP spans"; what is the mesh's own
 * begins with {@code inmesh.}. Owner: the call's loop.
 */
final class CallSpans implements Trace {
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
  private static final AttributeKey<String> URL = AttributeKey.stringKey("url.full");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<Long> RESENDS =
      AttributeKey.longKey("http.request.resend_count");
  private static final AttributeKey<String> PEER = AttributeKey.stringKey("network.peer.address");
  private static final AttributeKey<Long> PEER_PORT = AttributeKey.longKey("network.peer.port");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("inmesh.route");
  private static final AttributeKey<String> CLUSTER = AttributeKey.stringKey("inmesh.cluster");
  private static final AttributeKey<String> FLAGS = AttributeKey.stringKey("inmesh.response_flags");
  private static final AttributeKey<String> DETAILS =
      AttributeKey.stringKey("inmesh.response_code_details");
  private static final AttributeKey<String> REQUEST_ID =
      AttributeKey.stringKey("inmesh.request_id");

  private final OpenTelemetryTracing tracing;
  private final @Nullable Form form;
  private final Span whole;
  private final Context context;

  /** Of attempts that are not over, by their ordinals; there is rarely more than one. */
  private @Nullable Span[] attempts = new Span[1];

  CallSpans(OpenTelemetryTracing tracing, OutgoingCall call, Context parent, @Nullable Form form) {
    this.tracing = tracing;
    this.form = form;
    this.whole = begin(call, parent, SpanKind.INTERNAL);
    this.context = parent.with(whole);
    // A reply in the mesh's own name, or a filter's request, belongs to the trace as well.
    tracing.inject(context, call.editHeaders(), form);
    String id = call.headers().get("x-request-id");
    if (id != null) {
      whole.setAttribute(REQUEST_ID, id);
    }
  }

  private Span begin(OutgoingCall call, Context parent, SpanKind kind) {
    String authority = call.authority();
    int colon = authority.lastIndexOf(':');
    boolean port = colon > authority.lastIndexOf(']');
    Span span =
        tracing
            .tracer()
            .spanBuilder(call.method())
            .setParent(parent)
            .setSpanKind(kind)
            .setAttribute(METHOD, call.method())
            .setAttribute(ADDRESS, port ? authority.substring(0, colon) : authority)
            .setAttribute(URL, call.scheme() + "://" + authority + call.path())
            .startSpan();
    if (port) {
      try {
        span.setAttribute(PORT, Long.parseLong(authority.substring(colon + 1)));
      } catch (NumberFormatException notAPort) {
        // Then it is told by the URL only.
      }
    }
    return span;
  }

  @Override
  public void attempting(OutgoingCall call) {
    Span next = begin(call, context, SpanKind.CLIENT);
    int ordinal = call.attempts();
    if (ordinal > attempts.length) {
      attempts = Arrays.copyOf(attempts, ordinal);
    }
    attempts[ordinal - 1] = next;
    if (ordinal > 1) {
      next.setAttribute(RESENDS, (long) ordinal - 1);
    }
    Endpoint host = call.endpoint();
    if (host != null) {
      next.setAttribute(PEER, host.address().host());
      next.setAttribute(PEER_PORT, (long) host.address().port());
    }
    tracing.inject(context.with(next), call.editHeaders(), form);
  }

  @Override
  public void attempted(OutgoingCall call, int ordinal, int status, String failure) {
    Span over = ordinal > attempts.length ? null : attempts[ordinal - 1];
    if (over != null) {
      attempts[ordinal - 1] = null;
      end(over, status, failure);
    }
  }

  @Override
  public void ended(OutgoingCall call, Ended how) {
    Outcome outcome = call.outcome();
    Cluster cluster = call.clusterConfig();
    if (cluster != null) {
      whole.setAttribute(CLUSTER, cluster.name());
    }
    if (!outcome.route().isEmpty()) {
      whole.setAttribute(ROUTE, outcome.route());
      whole.updateName(call.method() + " " + outcome.route());
    }
    if (!outcome.flags().isEmpty()) {
      whole.setAttribute(
          FLAGS,
          outcome.flags().stream().map(Enum::name).sorted().collect(Collectors.joining(",")));
    }
    whole.setAttribute(DETAILS, outcome.details());
    end(
        whole,
        call.status(),
        how == Ended.COMPLETE ? "" : how == Ended.CANCELLED ? "cancelled" : "reset");
  }

  static void end(Span span, int status, String failure) {
    if (status > 0) {
      span.setAttribute(STATUS, (long) status);
    }
    String error = !failure.isEmpty() ? failure : status >= 400 ? Integer.toString(status) : "";
    if (!error.isEmpty()) {
      span.setAttribute(ERROR, error);
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }
}
