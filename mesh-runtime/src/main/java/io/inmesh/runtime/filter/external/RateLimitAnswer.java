package io.inmesh.runtime.filter.external;

import io.inmesh.runtime.filter.wire.WireReader;
import io.inmesh.runtime.filter.wire.WireValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A envoy.service.ratelimit.v3.RateLimitResponse. Field numbers are those of that message.
 *
 * @param overLimit whether the request is over a limit
 * @param statuses of the descriptors, in their order
 */
@SuppressWarnings("ArrayRecordComponent") // Read where it was made, never compared.
record RateLimitAnswer(
    boolean overLimit,
    List<Status> statuses,
    List<Field> responseHeaders,
    List<Field> requestHeaders,
    byte[] body,
    Map<String, Object> metadata) {
  private static final int OVER_LIMIT = 2;
  private static final byte[] NOTHING = {};

  /** The seconds of the units that a limit may have, in the order of their numbers. */
  private static final int[] SECONDS = {
    0, 1, 60, 3600, 86_400, 30 * 86_400, 365 * 86_400, 7 * 86_400
  };

  /**
   * How far a limit is used up.
   *
   * @param limit null if none is told
   */
  record Status(@Nullable Limit limit, long remaining, long secondsToReset) {}

  /**
   * A limit.
   *
   * @param seconds that it is counted over; 0 if they are not known
   */
  record Limit(long requests, int seconds, String name) {}

  /** Reads a response; null if these are not its bytes. */
  static @Nullable RateLimitAnswer read(byte[] bytes) {
    try {
      return read(WireReader.of(bytes));
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }

  private static RateLimitAnswer read(WireReader in) {
    boolean over = false;
    var statuses = new ArrayList<Status>();
    var responseHeaders = new ArrayList<Field>();
    var requestHeaders = new ArrayList<Field>();
    byte[] body = NOTHING;
    Map<String, Object> metadata = Map.of();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> over = in.number() == OVER_LIMIT;
        case 2 -> statuses.add(status(in.message()));
        case 3 -> responseHeaders.add(CheckResponse.field(in.message()));
        case 4 -> requestHeaders.add(CheckResponse.field(in.message()));
        case 5 -> body = in.bytes();
        case 6 -> metadata = WireValue.struct(in.message());
        default -> in.skip();
      }
    }
    return new RateLimitAnswer(over, statuses, responseHeaders, requestHeaders, body, metadata);
  }

  private static Status status(WireReader in) {
    Limit limit = null;
    long remaining = 0;
    long reset = 0;
    while (in.next()) {
      switch (in.field()) {
        case 2 -> limit = limit(in.message());
        case 3 -> remaining = in.number();
        case 4 -> reset = seconds(in.message());
        default -> in.skip();
      }
    }
    return new Status(limit, remaining, reset);
  }

  private static long seconds(WireReader in) {
    long seconds = 0;
    while (in.next()) {
      if (in.field() == 1) {
        seconds = in.number();
      } else {
        in.skip();
      }
    }
    return seconds;
  }

  private static Limit limit(WireReader in) {
    long requests = 0;
    long unit = 0;
    String name = "";
    while (in.next()) {
      switch (in.field()) {
        case 1 -> requests = in.number();
        case 2 -> unit = in.number();
        case 3 -> name = in.text();
        default -> in.skip();
      }
    }
    int seconds = unit >= 0 && unit < SECONDS.length ? SECONDS[(int) unit] : 0;
    return new Limit(requests, seconds, name);
  }

  /**
   * The fields of the draft "RateLimit Header Fields for HTTP", 03, as Envoy writes them: the
   * status with the least that remains leads.
   */
  List<Field> rateLimitHeaders() {
    Status least = null;
    var policy = new StringBuilder();
    for (Status status : statuses) {
      Limit limit = status.limit;
      if (limit == null) {
        continue;
      }
      if (least == null || status.remaining < least.remaining) {
        least = status;
      }
      if (limit.seconds > 0) {
        policy.append(", ").append(limit.requests).append(";w=").append(limit.seconds);
        if (!limit.name.isEmpty()) {
          policy.append(";name=\"").append(limit.name).append('"');
        }
      }
    }
    if (least == null || least.limit == null) {
      return List.of();
    }
    return List.of(
        new Field("x-ratelimit-limit", least.limit.requests + policy.toString()),
        new Field("x-ratelimit-remaining", Long.toString(least.remaining)),
        new Field("x-ratelimit-reset", Long.toString(least.secondsToReset)));
  }
}
