package io.inmesh.runtime.route;

import io.inmesh.call.Headers;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.Timeouts;
import io.inmesh.config.Timeouts.MaxStream;
import io.inmesh.runtime.format.RequestEdit;
import io.inmesh.runtime.match.Numbers;
import io.inmesh.runtime.match.RequestFields;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A route's limits of time, and the headers that change or carry them. */
final class RequestTimes {
  static final String EXPECTED = "x-envoy-expected-rq-timeout-ms";
  private static final String TIMEOUT = "x-envoy-upstream-rq-timeout-ms";
  private static final String PER_TRY = "x-envoy-upstream-rq-per-try-timeout-ms";
  private static final String ALTERNATIVE = "x-envoy-upstream-rq-timeout-alt-response";
  private static final String HEDGE = "x-envoy-hedge-on-per-try-timeout";
  private static final int NO_CONTENT = 204;

  private final Timeouts config;
  private final boolean newTimeouts;
  private final long response;
  private final long perTry;
  private final long perTryIdle;
  private final long idle;
  private final long listenerMaxStream;
  private final boolean hedged;
  private final boolean insertExpected;
  private final boolean respectExpected;

  /** What is mostly expected, and the same as text. */
  private final long usual;

  private final String usualText;

  RequestTimes(
      Timeouts config, @Nullable RetryPolicy retry, boolean hedged, RouteSettings settings) {
    this.config = config;
    this.newTimeouts = config.maxStream().isPresent();
    this.response = newTimeouts ? 0 : config.response().toMillis();
    this.perTry = retry == null ? 0 : retry.perTryTimeout().toMillis();
    this.perTryIdle = retry == null ? 0 : retry.perTryIdleTimeout().toNanos();
    this.idle = config.idle().map(Duration::toNanos).orElse(-1L);
    this.listenerMaxStream =
        millis(settings.connection().limits().maxStreamDuration().filter(d -> !d.isZero()));
    this.hedged = hedged;
    this.insertExpected = !settings.router().suppressEnvoyHeaders();
    this.respectExpected = settings.router().respectExpectedTimeout();
    boolean one = response != 0 && Long.compareUnsigned(perTry, response) >= 0;
    this.usual = expected(one || hedged ? 0 : perTry, response, response);
    this.usualText = Long.toString(usual);
  }

  private static long millis(Optional<Duration> duration) {
    return duration.map(Duration::toMillis).orElse(-1L);
  }

  /** Reads and writes headers, tells the limits. */
  void apply(RequestEdit call, CallLimits limits) {
    boolean grpc = RequestFields.isGrpc(call);
    long maxStream = maxStream(call, grpc);
    long global = global(call, grpc);
    Long ownPerTry = take(call, PER_TRY);
    long each = ownPerTry == null ? perTry : ownPerTry;
    if (global != 0 && Long.compareUnsigned(each, global) >= 0) {
      each = 0;
    }
    boolean hedge = takeHedge(call);
    if (hedge) {
      limits.hedged();
    }
    write(call, grpc, expected(hedge ? 0 : each, global, global));
    if (call.headers().contains(ALTERNATIVE)) {
      limits.timeoutStatus(NO_CONTENT);
      call.editHeaders().remove(ALTERNATIVE);
    }
    limits.limits(nanos(global), nanos(each), perTryIdle, maxStream, idle);
  }

  private boolean takeHedge(RequestEdit call) {
    String text = call.headers().get(HEDGE);
    if (text == null) {
      return hedged;
    }
    call.editHeaders().remove(HEDGE);
    return text.equals("true") || (hedged && !text.equals("false"));
  }

  /**
   * For a further attempt.
   *
   * @param perTryNanos what bounds it; zero for none
   */
  void again(RequestEdit call, long remainingNanos, long perTryNanos) {
    long remaining =
        remainingNanos == 0 ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(remainingNanos));
    long each = TimeUnit.NANOSECONDS.toMillis(perTryNanos);
    write(call, RequestFields.isGrpc(call), expected(each, remaining, remaining));
  }

  private static long expected(long each, long global, long remaining) {
    long expected = each == 0 ? global : each;
    return expected > 0 && remaining > 0 ? Math.min(expected, remaining) : expected;
  }

  private void write(RequestEdit call, boolean grpc, long expected) {
    if (expected <= 0) {
      return;
    }
    if (insertExpected) {
      String text = expected == usual ? usualText : Long.toString(expected);
      call.editHeaders().set(EXPECTED, text);
    }
    if (grpc && !newTimeouts && config.maxGrpc().isPresent()) {
      GrpcTimeout.write(call.editHeaders(), expected);
    }
  }

  private long global(RequestEdit call, boolean grpc) {
    long global = response;
    if (grpc && !newTimeouts && config.maxGrpc().isPresent()) {
      global = grpcGlobal(call, config.maxGrpc().get().toMillis());
    }
    Headers headers = call.headers();
    if (respectExpected && headers.contains(EXPECTED)) {
      Long set = Numbers.unsigned(String.valueOf(headers.get(EXPECTED)));
      return set == null ? global : set;
    }
    Long set = take(call, TIMEOUT);
    return set == null ? global : set;
  }

  private long grpcGlobal(RequestEdit call, long most) {
    long asked = Math.max(0, GrpcTimeout.millis(call.headers()));
    long offset = config.grpcOffset().toMillis();
    if (offset > 0 && offset < asked) {
      asked -= offset;
    }
    return most != 0 && (asked == 0 || asked > most) ? most : asked;
  }

  /** Takes a header with a number out of the request; null if there is none. */
  private static @Nullable Long take(RequestEdit call, String name) {
    String text = call.headers().get(name);
    if (text == null) {
      return null;
    }
    call.editHeaders().remove(name);
    return Numbers.unsigned(text);
  }

  private long maxStream(RequestEdit call, boolean grpc) {
    MaxStream stream = config.maxStream().orElse(null);
    long asked = GrpcTimeout.millis(call.headers());
    long limit;
    if (stream == null || asked < 0 || stream.grpcHeaderMax().isEmpty()) {
      limit = stream != null && stream.max().isPresent() ? millis(stream.max()) : listenerMaxStream;
      if (limit <= 0) {
        // As in Envoy: a route that lifts the listener's limit hides the caller's own, too.
        if (grpc && stream != null && listenerMaxStream > 0) {
          GrpcTimeout.remove(call.editHeaders());
        }
        return 0;
      }
    } else {
      long most = stream.grpcHeaderMax().get().toMillis();
      limit = most != 0 ? Math.min(asked, most) : asked;
      limit = Math.max(0, limit - stream.grpcHeaderOffset().toMillis());
    }
    if (grpc && stream != null) {
      GrpcTimeout.write(call.editHeaders(), limit);
    }
    return limit == 0 ? 1 : nanos(limit);
  }

  /** Saturates: a header may hold any number. */
  private static long nanos(long millis) {
    return millis < 0 ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
