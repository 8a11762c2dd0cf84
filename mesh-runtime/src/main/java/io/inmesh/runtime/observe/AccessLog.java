package io.inmesh.runtime.observe;

import io.inmesh.call.AccessLogSettings;
import io.inmesh.call.Call;
import io.inmesh.call.CallLog;
import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.call.LogSink;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.identity.SpiffeId;
import io.inmesh.runtime.engine.OutgoingCall;
import io.inmesh.runtime.inbound.RequestListener;
import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One line of JSON for each call or request that is to be logged, with the keys of Istio's default
 * format and {@code trace_id}. Lines are made on the call's loop and written elsewhere. Source:
 * Istio, "Envoy Access Logs", default JSON format.
 */
final class AccessLog implements CallLog, RequestListener, AutoCloseable {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final AccessLogSettings settings;
  private final LogWriter writer;
  private final InstantSource clock;
  private final ThreadLocal<JsonLine> lines = ThreadLocal.withInitial(JsonLine::new);

  AccessLog(AccessLogSettings settings, LogSink sink, InstantSource clock, ThreadFactory threads) {
    this.settings = settings;
    this.clock = clock;
    this.writer = new LogWriter(sink, settings.queue(), threads);
  }

  /** Lines that were lost because the sink was slow, or broke. */
  long dropped() {
    return writer.dropped();
  }

  private boolean isWanted(long draw, int status, boolean flagged, long nanos) {
    return (draw >>> 11) * 0x1.0p-53 < settings.sampling()
        || (settings.statusFrom() > 0 && status >= settings.statusFrom())
        || (settings.flagged() && flagged)
        || (!settings.slowerThan().isZero() && nanos > settings.slowerThan().toNanos());
  }

  @Override
  public void onEnd(Call ended, Ended how) {
    if (!(ended instanceof OutgoingCall call)) {
      return;
    }
    long nanos = call.nowNanos() - call.startNanos();
    if (!isWanted(call.random(), call.status(), call.isFlagged(), nanos)) {
      return;
    }
    Endpoint endpoint = call.endpoint();
    JsonLine line = begin(nanos, call.method(), call.request().path(), call.headers());
    line.put("reporter", "source")
        .put("route_name", call.route().map(route -> route.name()).orElse(""))
        .put("protocol", call.protocol())
        .put("response_code", call.status())
        .put("response_flags", flags(call))
        .put("response_code_details", call.details())
        .put("connection_termination_details", null)
        .put("bytes_received", call.bytesSent())
        .put("bytes_sent", call.bytesReceived())
        .put("upstream_service_time", call.responseHeaders().get("x-envoy-upstream-service-time"))
        .put("authority", call.authority())
        .put("upstream_host", endpoint == null ? null : endpoint.address().toString())
        .put("upstream_cluster", call.clusterConfig() == null ? null : call.clusterConfig().name())
        .put("upstream_local_address", null)
        .put("downstream_local_address", null)
        .put("downstream_remote_address", null)
        .put("requested_server_name", null)
        .put("upstream_transport_failure_reason", orNull(call.transportFailure()))
        .put("attempts", call.attempts());
    if (call.fallbackCause() != null) {
      line.put("fallback", call.fallbackCause().token());
    }
    writer.offer(line.end());
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static String flags(OutgoingCall call) {
    return call.isFlagged()
        ? call.outcome().flags().stream().sorted().map(Flag::name).collect(Collectors.joining(","))
        : "-";
  }

  @Override
  public void onEnd(Served served) {
    boolean flagged = !served.complete();
    if (!isWanted(served.loop().random(), served.status(), flagged, served.nanos())) {
      return;
    }
    var request = served.request();
    JsonLine line = begin(served.nanos(), request.method(), request.path(), request.headers());
    line.put("reporter", "destination")
        .put("route_name", "default")
        .put("protocol", null)
        .put("response_code", served.status())
        .put("response_flags", flagged ? Flag.DC.name() : "-")
        .put("response_code_details", flagged ? "downstream_remote_disconnect" : "via_upstream")
        .put("connection_termination_details", null)
        .put("bytes_received", served.received())
        .put("bytes_sent", served.sent())
        .put("upstream_service_time", null)
        .put("authority", request.authority())
        .put("upstream_host", null)
        .put("upstream_cluster", null)
        .put("upstream_local_address", null)
        .put("downstream_local_address", null)
        .put("downstream_remote_address", request.remote().toString())
        .put("requested_server_name", null)
        .put("upstream_transport_failure_reason", null)
        .put("downstream_peer_uri_san", request.peer().map(SpiffeId::uri).orElse(""));
    writer.offer(line.end());
  }

  private JsonLine begin(long nanos, String method, String path, Headers headers) {
    JsonLine line = lines.get().begin();
    line.put("start_time", clock.instant().minusNanos(nanos).toString())
        .put("method", method)
        .put("path", path)
        .put("duration", nanos / NANOS_PER_MILLI)
        .put("x_forwarded_for", headers.get("x-forwarded-for"))
        .put("user_agent", headers.get("user-agent"))
        .put("request_id", headers.get("x-request-id"))
        .put("trace_id", TraceContext.traceId(headers));
    for (String name : settings.requestHeaders()) {
      String value = headers.get(name);
      boolean hidden = value != null && settings.redacted().contains(name);
      line.put("request_header_" + name, hidden ? "[redacted]" : value);
    }
    return line;
  }

  @Override
  public void close() {
    writer.close();
  }
}
