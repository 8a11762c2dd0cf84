package io.inmesh.runtime.observe.opentelemetry;

import io.inmesh.call.Headers;
import io.inmesh.runtime.engine.OutgoingCall;
import io.inmesh.runtime.observe.TraceContext;
import io.inmesh.runtime.observe.TraceContext.Form;
import io.inmesh.runtime.observe.Tracing;
import io.inmesh.server.Handler;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Spans for calls and their attempts in the application's own {@link OpenTelemetry}. The parent is
 * what the request's headers say, else the context of the thread that makes the call. A call of a
 * trace that is not sampled costs no span: its context is passed on as it is.
 */
public final class OpenTelemetryTracing implements Tracing {
  static final TextMapSetter<Headers> SETTER =
      (headers, name, value) -> {
        if (headers != null) {
          headers.set(name, value);
        }
      };

  private final Tracer tracer;
  private final TextMapPropagator propagator;
  private final Settings settings;
  private final boolean w3cOnly;

  /**
   * How traces begin and how they are passed on.
   *
   * @param forms written beside what the application's propagators write, and beside the form that
   *     a request came in; W3C by default
   * @param sampling share of the calls without a trace that may begin one, 0 to 1; all by default:
   *     then the application's sampler decides. The others get a context that is not sampled, so
   *     that one decision holds for the whole way
   */
  public record Settings(Set<Form> forms, double sampling) {
    /** W3C, and the application's sampler decides. */
    public static final Settings DEFAULT = new Settings(Set.of(Form.W3C), 1);

    public Settings {
      forms = Set.copyOf(forms);
    }
  }

  /** With {@link Settings#DEFAULT}. */
  public OpenTelemetryTracing(OpenTelemetry telemetry) {
    this(telemetry, Settings.DEFAULT);
  }

  /** Spans of an application's instance, which stays the application's. */
  public OpenTelemetryTracing(OpenTelemetry telemetry, Settings settings) {
    this.tracer = telemetry.getTracer("io.inmesh");
    this.propagator = telemetry.getPropagators().getTextMapPropagator();
    this.settings = settings;
    this.w3cOnly = settings.forms().equals(Set.of(Form.W3C));
  }

  @Override
  public Object context() {
    return Context.current();
  }

  @Override
  public @Nullable Trace begin(OutgoingCall call, @Nullable Object context) {
    Context parent = context instanceof Context known ? known : Context.root();
    Form form = TraceContext.formOf(call.headers());
    if (form != null) {
      TraceContext said = TraceContext.of(call.headers());
      return said == null || !said.sampled() ? null : start(call, remote(said, parent), form);
    }
    SpanContext current = Span.fromContext(parent).getSpanContext();
    if (current.isValid()) {
      if (current.isSampled()) {
        return start(call, parent, null);
      }
      inject(parent, call.editHeaders(), null);
      return null;
    }
    if (settings.sampling() < 1 && draw(call) >= settings.sampling()) {
      notSampled(call);
      return null;
    }
    return start(call, parent, null);
  }

  /** The most frequent of all, so it makes one string. */
  private void notSampled(OutgoingCall call) {
    if (w3cOnly) {
      String parent = TraceContext.unsampledParent(call.random(), call.random(), call.random());
      call.editHeaders().addLower(TraceContext.TRACEPARENT, parent);
    } else {
      TraceContext none = TraceContext.unsampled(call.random(), call.random(), call.random());
      settings.forms().forEach(each -> none.write(call.editHeaders(), each));
    }
  }

  /** From 0 to 1. */
  private static double draw(OutgoingCall call) {
    return (call.random() >>> 11) * 0x1.0p-53;
  }

  private Trace start(OutgoingCall call, Context parent, @Nullable Form form) {
    return new CallSpans(this, call, parent, form);
  }

  /** A parent that another process, or the application's own code, has told of. */
  static Context remote(TraceContext said, Context others) {
    TraceFlags flags = said.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault();
    return others.with(
        Span.wrap(
            SpanContext.createFromRemoteParent(
                said.traceId(), said.spanId(), flags, state(said.state()))));
  }

  private static TraceState state(String text) {
    TraceStateBuilder state = TraceState.builder();
    String[] members = text.split(",");
    // What is put last comes first.
    for (int i = members.length - 1; i >= 0; i--) {
      int equals = members[i].indexOf('=');
      if (equals > 0) {
        state.put(
            members[i].substring(0, equals).strip(), members[i].substring(equals + 1).strip());
      }
    }
    return state.build();
  }

  /** Says the context in all forms that are wanted. */
  void inject(Context context, Headers headers, @Nullable Form asBefore) {
    propagator.inject(context, headers, SETTER);
    SpanContext span = Span.fromContext(context).getSpanContext();
    var text = new StringBuilder();
    span.getTraceState()
        .forEach(
            (key, value) ->
                text.append(text.isEmpty() ? "" : ",").append(key).append('=').append(value));
    var told =
        new TraceContext(span.getTraceId(), span.getSpanId(), span.isSampled(), text.toString());
    for (Form form : forms(asBefore)) {
      told.write(headers, form);
    }
  }

  private Set<Form> forms(@Nullable Form asBefore) {
    if (asBefore == null || settings.forms().contains(asBefore)) {
      return settings.forms();
    }
    Set<Form> all = EnumSet.of(asBefore);
    all.addAll(settings.forms());
    return all;
  }

  Tracer tracer() {
    return tracer;
  }

  @Override
  public Handler serving(Handler handler) {
    return new TracedHandler(this, handler);
  }
}
