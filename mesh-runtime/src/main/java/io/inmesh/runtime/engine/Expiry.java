package io.inmesh.runtime.engine;

import io.inmesh.call.Flag;
import org.jspecify.annotations.Nullable;

/** Which limit of time was reached, and what is said of it. */
enum Expiry {
  /** The route's timeout, or the application's: over all attempts. */
  RESPONSE(Flag.UT, "upstream request timeout", "response_timeout", -1),
  PER_TRY(Flag.UT, "upstream request timeout", "upstream_per_try_timeout", -1),
  PER_TRY_IDLE(Flag.UT, "upstream request timeout", "upstream_per_try_idle_timeout", -1),
  /** max_stream_duration of route or listener. */
  MAX_STREAM(null, "downstream duration timeout", "max_duration_timeout", 4),
  /** max_stream_duration of the cluster's protocol options. */
  MAX_UPSTREAM_STREAM(
      Flag.UMSDR,
      "upstream max stream duration reached",
      "upstream_max_stream_duration_reached",
      -1),
  IDLE(Flag.SI, "stream timeout", "stream_idle_timeout", -1);

  private static final int REQUEST_TIMEOUT = 408;
  private static final int GATEWAY_TIMEOUT = 504;

  final @Nullable Flag flag;
  final String details;
  private final String body;

  /** For gRPC calls; -1 for the one that stands for the HTTP status. */
  final int grpcStatus;

  Expiry(@Nullable Flag flag, String body, String details, int grpcStatus) {
    this.flag = flag;
    this.body = body;
    this.details = details;
    this.grpcStatus = grpcStatus;
  }

  /**
   * The status of the reply.
   *
   * @param configured of the reply to timeouts of the peer
   */
  int status(int configured, boolean requestEnded) {
    return switch (this) {
      case RESPONSE, PER_TRY, PER_TRY_IDLE -> configured;
      case MAX_UPSTREAM_STREAM, MAX_STREAM, IDLE ->
          requestEnded ? GATEWAY_TIMEOUT : REQUEST_TIMEOUT;
    };
  }

  /** The body of a reply with this status; another one than 504 that was configured has none. */
  String body(int status) {
    boolean alternative = status != GATEWAY_TIMEOUT && status != REQUEST_TIMEOUT;
    return alternative ? "" : body;
  }
}
