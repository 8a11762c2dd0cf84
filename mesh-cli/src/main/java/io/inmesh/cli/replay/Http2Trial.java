package io.inmesh.cli.replay;

import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.config.Format;
import io.inmesh.runtime.engine.OutgoingCall;
import io.inmesh.runtime.format.FormatText;
import io.inmesh.runtime.format.ProcessFacts;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call of an HTTP/2 replay, and its outcome in the words of the recordings: what an HTTP/2
 * client would have seen, what the backend saw, what the access log would say.
 */
final class Http2Trial implements CallSink {
  /** What a client is told of an answer that broke off: INTERNAL_ERROR. */
  private static final int BROKEN = 2;

  private static final String REMAINING = "x-envoy-expected-rq-timeout-ms";

  private final ProcessFacts process;
  private final Map<String, Object> outcome = new LinkedHashMap<>();
  private final StringBuilder body = new StringBuilder();
  private @Nullable Ended ended;

  Http2Trial(ProcessFacts process) {
    this.process = process;
  }

  boolean hasEnded() {
    return ended != null;
  }

  /** The client waits no longer. */
  void giveUp(long nanos) {
    outcome.put("client_gave_up_ms", nanos / 1_000_000);
  }

  @Override
  public void onHead(int code, Headers fields) {
    var head = new ArrayList<List<String>>();
    head.add(List.of(":status", Integer.toString(code)));
    head.addAll(Trial.fields(fields));
    outcome.put("headers", head);
  }

  @Override
  public void onData(ByteBuffer chunk) {
    body.append(StandardCharsets.ISO_8859_1.decode(chunk));
  }

  @Override
  public void onTrailers(Headers trailers) {
    outcome.put("trailers", Trial.fields(trailers));
  }

  @Override
  public void onEnd(Ended how) {
    ended = how;
    if (how == Ended.RESET) {
      outcome.put("reset", BROKEN);
    }
  }

  /** The outcome, in the recordings' form. */
  Map<String, Object> outcome(OutgoingCall call, List<Map<String, Object>> seen) {
    outcome.put("body", body.toString());
    outcome.put("upstream", masked(seen));
    var log = new LinkedHashMap<String, Object>();
    log.put("code", call.status());
    put(log, "flags", "%RESPONSE_FLAGS%", call);
    put(log, "details", "%RESPONSE_CODE_DETAILS%", call);
    put(log, "grpc", "%GRPC_STATUS%", call);
    put(log, "grpcn", "%GRPC_STATUS_NUMBER%", call);
    put(log, "attempts", "%UPSTREAM_REQUEST_ATTEMPT_COUNT%", call);
    put(log, "failure", "%UPSTREAM_TRANSPORT_FAILURE_REASON%", call);
    outcome.put("log", log);
    return outcome;
  }

  /** Nothing, and the number 0, are not told. */
  private void put(Map<String, Object> log, String name, String format, OutgoingCall call) {
    String text = new FormatText(Format.parse(format), process, "-").apply(call);
    boolean number = name.equals("grpcn") || name.equals("attempts");
    if (!text.equals("-") && !(number && text.equals("0"))) {
      log.put(name, number ? (Object) Long.valueOf(text) : text);
    }
  }

  /** What is left of a timeout in a further attempt is masked, unless all of it is. */
  private static List<Map<String, Object>> masked(List<Map<String, Object>> seen) {
    var all = new ArrayList<Map<String, Object>>();
    for (Map<String, Object> request : seen) {
      var row = new LinkedHashMap<>(request);
      if (!request.equals(seen.get(0)) && request.get("headers") instanceof List<?> fields) {
        row.put("headers", fields.stream().map(field -> hidden((List<?>) field)).toList());
      }
      all.add(row);
    }
    return all;
  }

  private static List<?> hidden(List<?> field) {
    Object name = field.get(0);
    return name.equals(REMAINING) || name.equals("grpc-timeout") ? List.of(name, "~") : field;
  }
}
