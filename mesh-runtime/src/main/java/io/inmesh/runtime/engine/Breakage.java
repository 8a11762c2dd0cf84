package io.inmesh.runtime.engine;

import io.inmesh.call.Flag;
import io.inmesh.transport.Stream.Closed;
import java.util.EnumMap;
import java.util.Map;

/**
 * What is said of an attempt that broke. Source: Envoy's reset reasons.
 *
 * @param words in the body; underscores take the place of spaces in the details
 */
record Breakage(Flag flag, int status, String words) {
  private static final Map<Closed, Breakage> ALL = new EnumMap<>(Closed.class);

  static {
    ALL.put(Closed.CONNECT_FAILURE, new Breakage(Flag.UF, 503, "remote connection failure"));
    ALL.put(Closed.CONNECT_TIMEOUT, new Breakage(Flag.UF, 503, "connection timeout"));
    ALL.put(Closed.OVERFLOW, new Breakage(Flag.UO, 503, "overflow"));
    ALL.put(Closed.REFUSED, new Breakage(Flag.UR, 503, "remote refused stream reset"));
    ALL.put(Closed.RESET, new Breakage(Flag.UR, 503, "remote reset"));
    ALL.put(Closed.TERMINATED, new Breakage(Flag.UC, 503, "connection termination"));
    ALL.put(Closed.COMPLETE, new Breakage(Flag.UC, 503, "connection termination"));
    ALL.put(Closed.PROTOCOL_ERROR, new Breakage(Flag.UPE, 502, "protocol error"));
  }

  static Breakage of(Closed how) {
    return ALL.getOrDefault(how, new Breakage(Flag.UC, 503, "connection termination"));
  }

  /** In one word. */
  String name() {
    return underscored(words);
  }

  String body(boolean retried) {
    return "upstream connect error or disconnect/reset before headers. "
        + (retried ? "retried and the latest reset reason: " : "reset reason: ")
        + words;
  }

  /**
   * The response code details.
   *
   * @param reason what the transport says, or empty; not told of connections that merely ended
   */
  String details(boolean responseStarted, String reason) {
    String more = reason.isEmpty() || flag == Flag.UC ? "" : "|" + underscored(reason);
    return (responseStarted
            ? "upstream_reset_after_response_started{"
            : "upstream_reset_before_response_started{")
        + underscored(words)
        + more
        + "}";
  }

  private static String underscored(String text) {
    return text.replace(' ', '_');
  }
}
