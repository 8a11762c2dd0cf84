package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Headers;
import io.inmesh.config.Action;
import io.inmesh.config.Resource;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.On;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.observe.Telemetry;
import io.inmesh.runtime.observe.TraceContext;
import io.inmesh.runtime.observe.TraceContext.Form;
import io.inmesh.runtime.observe.opentelemetry.OpenTelemetryTracing;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeTransport;
import io.inmesh.transport.Stream.Closed;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spans of calls, and the context that is passed on. */
class TracingTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final OpenTelemetrySdk telemetry =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                  .build())
          .build();

  private World world(OpenTelemetryTracing.Settings settings, Action.Forward action) {
    var tracing = Telemetry.NONE.withTracing(new OpenTelemetryTracing(telemetry, settings));
    var world = new World(new NameDialer(), mesh -> mesh.telemetry(tracing));
    world.put(
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", Configs.route("/", action)),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "a"));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    return world;
  }

  private World world() {
    return world(OpenTelemetryTracing.Settings.DEFAULT, Configs.forward("v1"));
  }

  private static Headers sent(World world) {
    return world.transport.last().headers();
  }

  private SpanData span(SpanKind kind, int place) {
    return exporter.getFinishedSpanItems().stream()
        .filter(span -> span.getKind() == kind)
        .toList()
        .get(place);
  }

  private static String text(SpanData span, String key) {
    return String.valueOf(span.getAttributes().get(AttributeKey.stringKey(key)));
  }

  private static long number(SpanData span, String key) {
    Long value = span.getAttributes().get(AttributeKey.longKey(key));
    return value == null ? -1 : value;
  }

  @Test
  void thePeerHangsBelowTheAttemptAndTheAttemptBelowTheCall() {
    World world = world();
    world.send(GET);
    SpanData call = span(SpanKind.INTERNAL, 0);
    SpanData attempt = span(SpanKind.CLIENT, 0);
    assertThat(attempt.getParentSpanId()).isEqualTo(call.getSpanId());
    assertThat(sent(world).get("traceparent"))
        .isEqualTo("00-" + call.getTraceId() + "-" + attempt.getSpanId() + "-01");
    assertThat(text(attempt, "http.request.method")).isEqualTo("GET");
    assertThat(text(attempt, "server.address")).isEqualTo("reviews");
    assertThat(number(attempt, "server.port")).isEqualTo(80);
    assertThat(text(attempt, "url.full")).isEqualTo("http://reviews:80/");
    assertThat(text(attempt, "network.peer.address")).isEqualTo("a");
    assertThat(number(attempt, "http.response.status_code")).isEqualTo(200);
    assertThat(text(call, "inmesh.cluster")).isEqualTo("v1");
    assertThat(call.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
  }

  @Test
  void eachAttemptHasItsSpan() {
    var retry = new RetryPolicy(Set.of(On.GATEWAY_ERROR, On.CONNECT_FAILURE), 2, Duration.ZERO);
    World world =
        world(OpenTelemetryTracing.Settings.DEFAULT, Configs.forward("v1").withRetry(retry));
    world.transport.peer(
        "a",
        FakeTransport.script(
            FakeTransport.refusing(Closed.CONNECT_FAILURE),
            FakeTransport.answering(503),
            FakeTransport.answering(200)));
    assertThat(world.send(GET).status()).isEqualTo(200);
    assertThat(text(span(SpanKind.CLIENT, 0), "error.type")).isEqualTo("remote_connection_failure");
    assertThat(text(span(SpanKind.CLIENT, 1), "error.type")).isEqualTo("503");
    assertThat(number(span(SpanKind.CLIENT, 2), "http.request.resend_count")).isEqualTo(2);
    assertThat(span(SpanKind.CLIENT, 2).getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(sent(world).all("traceparent")).hasSize(1);
    assertThat(sent(world).get("traceparent")).contains(span(SpanKind.CLIENT, 2).getSpanId());
  }

  @Test
  void theApplicationsContextIsTheParent() {
    World world = world();
    Span own = telemetry.getTracer("test").spanBuilder("own").startSpan();
    Runnable call = () -> world.send(GET);
    Context.root().with(own).wrap(call).run();
    assertThat(span(SpanKind.INTERNAL, 0).getParentSpanId())
        .isEqualTo(own.getSpanContext().getSpanId());
  }

  @Test
  void theApplicationsHeaderIsTheParentAndItsStateIsKept() {
    World world = world();
    world.send(
        GET.withHeaders(
            Headers.of(
                "traceparent", "00-" + TRACE + "-" + SPAN + "-01", "tracestate", "b=2,a=1")));
    SpanData call = span(SpanKind.INTERNAL, 0);
    assertThat(call.getTraceId()).isEqualTo(TRACE);
    assertThat(call.getParentSpanId()).isEqualTo(SPAN);
    assertThat(sent(world).get("tracestate")).isEqualTo("b=2,a=1");
  }

  @ParameterizedTest
  @CsvSource({
    "b3," + TRACE + "-" + SPAN + "-1",
    "b3,a3ce929d0e0e4736-" + SPAN + "-1-05e3ac9a4f6e3b90"
  })
  void b3InOneHeaderIsContinuedInOneHeader(String name, String value) {
    World world = world();
    world.send(GET.withHeaders(Headers.of(name, value)));
    assertThat(span(SpanKind.INTERNAL, 0).getParentSpanId()).isEqualTo(SPAN);
    assertThat(span(SpanKind.INTERNAL, 0).getTraceId()).endsWith("a3ce929d0e0e4736");
    SpanData attempt = span(SpanKind.CLIENT, 0);
    assertThat(sent(world).get("b3"))
        .isEqualTo(attempt.getTraceId() + "-" + attempt.getSpanId() + "-1");
    assertThat(sent(world).get("traceparent")).contains(attempt.getSpanId());
  }

  @Test
  void b3InManyHeadersIsContinuedInMany() {
    World world = world();
    world.send(
        GET.withHeaders(
            Headers.of(
                "x-b3-traceid",
                TRACE,
                "x-b3-spanid",
                SPAN,
                "x-b3-parentspanid",
                "05e3ac9a4f6e3b90",
                "x-b3-sampled",
                "1")));
    assertThat(span(SpanKind.INTERNAL, 0).getParentSpanId()).isEqualTo(SPAN);
    assertThat(sent(world).get("x-b3-traceid")).isEqualTo(TRACE);
    assertThat(sent(world).get("x-b3-spanid")).isEqualTo(span(SpanKind.CLIENT, 0).getSpanId());
    assertThat(sent(world).contains("x-b3-parentspanid")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "traceparent,00-" + TRACE + "-" + SPAN + "-00",
    "b3," + TRACE + "-" + SPAN + "-0",
    "b3,0",
    "traceparent,malformed"
  })
  void whatIsNotSampledPassesAsItIs(String name, String value) {
    World world = world();
    world.send(GET.withHeaders(Headers.of(name, value)));
    assertThat(exporter.getFinishedSpanItems()).isEmpty();
    assertThat(sent(world).get(name)).isEqualTo(value);
  }

  @Test
  void oneDecisionHoldsForTheWholeWay() {
    World world =
        world(
            new OpenTelemetryTracing.Settings(Set.of(Form.W3C, Form.B3), 0), Configs.forward("v1"));
    world.send(GET);
    assertThat(exporter.getFinishedSpanItems()).isEmpty();
    assertThat(sent(world).get("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00");
    assertThat(sent(world).get("b3")).matches("[0-9a-f]{32}-[0-9a-f]{16}-0");
  }

  @Test
  void withoutTracingHeadersPassAsTheyAre() {
    World world = World.simple(Configs.forward("v1"), "a");
    world.send(GET.withHeaders(Headers.of("traceparent", "anything", "b3", "0")));
    assertThat(sent(world).get("traceparent")).isEqualTo("anything");
    assertThat(sent(world).get("b3")).isEqualTo("0");
    assertThat(sent(world).get("x-request-id")).hasSize(36);
  }

  @Test
  void repliesInTheMeshsOwnNameAreTold() {
    World world = world(OpenTelemetryTracing.Settings.DEFAULT, Configs.forward("missing"));
    world.plane.absent(Configs.key(Resource.Type.CLUSTER, "missing"));
    world.loop.runTasks();
    world.send(GET);
    SpanData call = span(SpanKind.INTERNAL, 0);
    assertThat(text(call, "inmesh.response_flags")).isEqualTo("NC");
    assertThat(text(call, "error.type")).isEqualTo("503");
    assertThat(exporter.getFinishedSpanItems()).hasSize(1);
  }

  @Test
  void aCancelledCallEndsItsSpans() {
    World world = world();
    world.transport.peer("a", FakeTransport.silent());
    world.start(GET).call().cancel("enough");
    world.loop.runTasks();
    assertThat(exporter.getFinishedSpanItems()).hasSize(2);
    assertThat(text(span(SpanKind.INTERNAL, 0), "error.type")).isEqualTo("cancelled");
  }

  @ParameterizedTest
  @CsvSource({
    "00-" + TRACE + "-" + SPAN + "-01,true",
    "01-" + TRACE + "-" + SPAN + "-03-more,true",
    "00-" + TRACE + "-" + SPAN + "-01-more,false",
    "ff-" + TRACE + "-" + SPAN + "-01,false",
    "00-00000000000000000000000000000000-" + SPAN + "-01,false",
    "00-" + TRACE + "-0000000000000000-01,false",
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + SPAN + "-01,false",
    "00-" + TRACE + "-" + SPAN + "-0,false"
  })
  void onlyWellFormedContextsCount(String text, boolean good) {
    TraceContext context = TraceContext.of(Headers.of("traceparent", text));
    assertThat(context != null).isEqualTo(good);
    assertThat(List.of(TRACE, "null"))
        .contains(String.valueOf(context == null ? null : context.traceId()));
  }
}
