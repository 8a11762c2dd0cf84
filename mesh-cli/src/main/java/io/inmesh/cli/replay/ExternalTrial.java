package io.inmesh.cli.replay;

import io.inmesh.call.CallSink;
import io.inmesh.call.Headers;
import io.inmesh.runtime.engine.OutgoingCall;
import io.inmesh.runtime.format.FormatFlags;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One call that a service is asked about, and its outcome in the words of the recordings: what an
 * HTTP/1.1 client would have seen, what the service and the backend saw, what the log would say.
 */
final class ExternalTrial implements CallSink {
  private int status;
  private Headers headers = new Headers();
  private final StringBuilder body = new StringBuilder();
  private boolean ended;

  boolean hasEnded() {
    return ended;
  }

  @Override
  public void onHead(int code, Headers fields) {
    status = code;
    headers = fields.copy();
  }

  @Override
  public void onData(ByteBuffer chunk) {
    body.append(StandardCharsets.UTF_8.decode(chunk));
  }

  @Override
  public void onTrailers(Headers trailers) {}

  @Override
  public void onEnd(Ended how) {
    ended = true;
  }

  /** The outcome, in the recordings' form. */
  Map<String, Object> outcome(OutgoingCall call, Map<String, Object> seen) {
    var outcome = new LinkedHashMap<String, Object>();
    // A connection whose request has not been read ends with the answer.
    if (seen.isEmpty() && call.request().body().isPresent()) {
      headers.add("connection", "close");
    }
    if (!headers.contains("content-length") && status != 204 && status != 304) {
      headers.add("content-length", "0");
    }
    outcome.put("status", status);
    outcome.put("resp_headers", Trial.fields(headers));
    outcome.put("body", body.toString());
    outcome.putAll(seen);
    String flags = FormatFlags.text(call);
    if (!flags.equals("-")) {
      outcome.put("flags", flags);
    }
    if (!call.details().isEmpty()) {
      outcome.put("details", call.details());
    }
    return outcome;
  }
}
