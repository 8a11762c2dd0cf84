package io.inmesh.cli.replay;

import io.inmesh.call.Headers;
import java.util.ArrayList;
import java.util.List;

/**
 * What the recorded backends answer: one token for each attempt, the last one repeated. Source: the
 * request header {@code x-script} of the recordings.
 *
 * @param status 0 for no answer at all
 * @param close whether the connection ends instead; only if there is no answer
 * @param abrupt whether it ends by a reset
 */
record Script(int status, List<String> headers, long delayMillis, boolean close, boolean abrupt) {
  private static final String HEADER = "x-script";
  private static final Script OK = new Script(200, List.of(), 0, false, false);

  static Script of(Headers request, int attempt) {
    String all = request.get(HEADER);
    if (all == null || all.isEmpty()) {
      return OK;
    }
    String[] tokens = all.split(",", -1);
    return parse(tokens[Math.min(attempt, tokens.length - 1)]);
  }

  private static Script parse(String token) {
    switch (token) {
      case "hang":
        return new Script(0, List.of(), 3000, true, true);
      case "reset":
        return new Script(0, List.of(), 0, true, true);
      case "close":
        return new Script(0, List.of(), 0, true, false);
      default:
        return answer(token);
    }
  }

  private static Script answer(String token) {
    String[] parts = token.split(";", -1);
    String status = parts[0];
    long delay = 0;
    if (status.startsWith("d")) {
      int dash = status.indexOf('-');
      delay = Long.parseLong(status.substring(1, dash));
      status = status.substring(dash + 1);
    }
    var headers = new ArrayList<String>();
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      headers.add(parts[i].substring(0, equals));
      headers.add(parts[i].substring(equals + 1));
    }
    return new Script(Integer.parseInt(status), headers, delay, false, false);
  }

  /** The answer's head, as it is on the wire. */
  Headers head(String cluster) {
    Headers head = Headers.of("x-backend", cluster, "x-echo-1", "one", "x-echo-2", "two");
    head.add("x-dup", "d1");
    head.add("x-dup", "d2");
    for (int i = 0; i < headers.size(); i += 2) {
      head.add(headers.get(i), headers.get(i + 1));
    }
    if (status != 204 && status != 304) {
      head.addLower("content-length", Integer.toString(body(cluster).length()));
    }
    return head;
  }

  /** The answer's body; HEAD gets none of it. */
  String body(String cluster) {
    return hasBody() ? "ok " + cluster : "";
  }

  private boolean hasBody() {
    return status != 204 && status != 304 && !headers.contains("grpc-status");
  }
}
