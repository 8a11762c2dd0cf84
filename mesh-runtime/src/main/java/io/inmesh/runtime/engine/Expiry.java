package io.inmesh.runtime.engine;

import io.inmesh.call.Flag;
import org.jspecify.annotations.Nullable;

/** Which limit of time was reached, and what is said of it. */
enum Expiry {
  RESPONSE(Flag.UT, "upstream request timeout", "response_timeout", -1),
  PER_TRY(Flag.UT, "upstream request timeout", "upstream_per_try_timeout", -1),
  PER_TRY_IDLE(Flag.UT, "upstream request timeout", "upstream_per_try_idle_timeout", -1),
  MAX_STREAM(null, "downstream duration timeout", "max_duration_timeout", 4),
  IDLE(Flag.SI, "stream timeout", "stream_idle_timeout", -1);

  final @Nullable Flag flag;
  final String body;
  final String details;

  /** For gRPC calls; -1 for the one that stands for the HTTP status. */
  final int grpcStatus;

  Expiry(@Nullable Flag flag, String body, String details, int grpcStatus) {
    this.flag = flag;
    this.body = body;
    this.details = details;
    this.grpcStatus = grpcStatus;
  }
}
