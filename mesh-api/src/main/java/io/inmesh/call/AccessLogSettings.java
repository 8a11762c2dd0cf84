package io.inmesh.call;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Which calls are logged, and what of them. A call is logged if it is drawn, or if one of the other
 * conditions holds.
 *
 * @param sampling share of all calls, 0 to 1
 * @param statusFrom calls with this response status or a higher one; zero for no such condition
 * @param flagged calls with a response flag
 * @param slowerThan calls that took longer; zero for no such condition
 * @param requestHeaders request headers that are logged as {@code request_header_NAME}
 * @param redacted of these, headers of which only the presence is told
 * @param queue how many lines may wait for the sink
 */
public record AccessLogSettings(
    double sampling,
    int statusFrom,
    boolean flagged,
    Duration slowerThan,
    List<String> requestHeaders,
    Set<String> redacted,
    int queue) {
  /** What usually is confidential. */
  public static final Set<String> CONFIDENTIAL =
      Set.of("authorization", "cookie", "proxy-authorization", "x-api-key");

  /** All calls, no headers. */
  public static final AccessLogSettings ALL =
      new AccessLogSettings(1, 0, false, Duration.ZERO, List.of(), CONFIDENTIAL, 8_192);

  /** What went wrong: from 400 on, or with a flag. */
  public static final AccessLogSettings ERRORS =
      new AccessLogSettings(0, 400, true, Duration.ZERO, List.of(), CONFIDENTIAL, 8_192);

  public AccessLogSettings {
    requestHeaders = requestHeaders.stream().map(Headers::lower).toList();
    redacted = Set.copyOf(redacted);
    if (!(sampling >= 0 && sampling <= 1)) {
      throw new IllegalArgumentException("accessLog.sampling is not from 0 to 1: " + sampling);
    }
    if (queue < 1) {
      throw new IllegalArgumentException("accessLog.queue is not positive: " + queue);
    }
  }

  /** The same with request headers. */
  public AccessLogSettings withRequestHeaders(List<String> names) {
    return new AccessLogSettings(sampling, statusFrom, flagged, slowerThan, names, redacted, queue);
  }
}
