package io.inmesh.cli.replay;

import io.inmesh.call.CallSink;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.config.Cluster;
import io.inmesh.runtime.engine.OutgoingCall;
import io.inmesh.runtime.format.FormatFlags;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One call of the replay, and its outcome in the words of the recordings: what an HTTP/1.1 client
 * would have seen, what the backends saw, what the access log would say.
 */
final class Trial implements CallSink {
  private static final Set<String> MASKED = Set.of("x-request-id", "x-envoy-upstream-service-time");

  private int status;
  private Headers headers = new Headers();
  private final StringBuilder body = new StringBuilder();
  private final Runnable whenEnded;
  private @Nullable Ended ended;

  /** A trial that is asked whether it has ended. */
  Trial() {
    this(() -> {});
  }

  /** A trial that tells when it has ended. */
  Trial(Runnable whenEnded) {
    this.whenEnded = whenEnded;
  }

  boolean hasEnded() {
    return ended != null;
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
    ended = how;
    whenEnded.run();
  }

  /** The outcome, in the recordings' form. */
  Map<String, Object> outcome(OutgoingCall call, List<Seen> seen) {
    var outcome = new LinkedHashMap<String, Object>();
    boolean head = call.method().equals("HEAD");
    onTheWire(call, head);
    outcome.put("status", status);
    outcome.put("resp_headers", fields(headers));
    outcome.put("body", head || status == 204 || status == 304 ? "" : body.toString());
    outcome.put("upstream", seen.stream().filter(one -> !one.isMirror()).map(Trial::row).toList());
    var mirrors = new ArrayList<Object>();
    seen.stream()
        .filter(Seen::isMirror)
        .sorted(Comparator.comparing(Seen::cluster))
        .forEach(one -> mirrors.add(row(one)));
    if (!mirrors.isEmpty()) {
      outcome.put("mirrors", mirrors);
    }
    log(call, outcome);
    return outcome;
  }

  /** What the client's HTTP/1.1 connection adds to a head. */
  private void onTheWire(OutgoingCall call, boolean head) {
    boolean bodiless = status == 204 || status == 304;
    if (!headers.contains("content-length") && !bodiless) {
      headers.add(head ? "transfer-encoding" : "content-length", head ? "chunked" : "0");
    }
    boolean badRequest =
        call.details().equals("path_normalization_failed") && !headers.contains("location");
    // Whoever was delayed on purpose had the time to send the whole request.
    boolean unread =
        call.request().body().isPresent()
            && call.bytesSent() == 0
            && isLocal(call)
            && !call.has(Flag.DI);
    if (badRequest || unread) {
      headers.add("connection", "close");
    }
  }

  /** Whether the reply came before any connection was tried. */
  private static boolean isLocal(OutgoingCall call) {
    String details = call.details();
    return !details.equals("via_upstream")
        && !details.startsWith("upstream_")
        && !details.equals("max_duration_timeout")
        && !details.equals("response_timeout");
  }

  private static void log(OutgoingCall call, Map<String, Object> outcome) {
    put(outcome, "route", call.entry() == null ? "" : call.entry().route().name());
    put(outcome, "details", call.details());
    String flags = FormatFlags.text(call);
    put(outcome, "flags", flags.equals("-") ? "" : flags);
    Cluster cluster = call.clusterConfig();
    put(outcome, "cluster", cluster == null ? "" : cluster.name());
    put(outcome, "vcluster", call.virtualCluster());
    outcome.put("attempts", call.attempts());
  }

  private static void put(Map<String, Object> outcome, String name, String value) {
    if (!value.isEmpty()) {
      outcome.put(name, value);
    }
  }

  private static Map<String, Object> row(Seen seen) {
    var row = new LinkedHashMap<String, Object>();
    row.put("cluster", seen.cluster());
    row.put("endpoint", seen.endpoint());
    row.put("method", seen.method());
    row.put("path", seen.path());
    row.put("host", seen.host());
    row.put("headers", fields(seen.headers()));
    return row;
  }

  /** As recordings have them: what differs every time is masked. */
  static List<List<String>> fields(Headers headers) {
    var all = new ArrayList<List<String>>();
    for (int i = 0; i < headers.size(); i++) {
      String name = headers.name(i);
      all.add(List.of(name, MASKED.contains(name) ? "*" : headers.value(i).strip()));
    }
    return all;
  }
}
