package io.inmesh.examples.platform;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.PrintWriter;
import java.util.Collection;

/** Writes each span as a line of JSON. In earnest this is OTLP, to a collector. */
final class SpanLines implements SpanExporter {
  private static final Gson JSON = new Gson();

  private final PrintWriter file;
  private final String process;

  SpanLines(PrintWriter file, String process) {
    this.file = file;
    this.process = process;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    for (SpanData span : spans) {
      var line = new JsonObject();
      line.addProperty("process", process);
      line.addProperty("trace_id", span.getTraceId());
      line.addProperty("span_id", span.getSpanId());
      line.addProperty("parent_span_id", span.getParentSpanId());
      line.addProperty("kind", span.getKind().name());
      line.addProperty("name", span.getName());
      line.addProperty("micros", (span.getEndEpochNanos() - span.getStartEpochNanos()) / 1_000);
      file.println(JSON.toJson(line));
    }
    return flush();
  }

  @Override
  public CompletableResultCode flush() {
    file.flush();
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    file.close();
    return CompletableResultCode.ofSuccess();
  }
}
