package io.inmesh.runtime.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.On;
import io.inmesh.config.Timeouts;
import io.inmesh.config.Timeouts.MaxStream;
import io.inmesh.runtime.match.RuntimeValues;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Seen on Envoy 1.40. */
class RequestTimesTest {
  private static final String EXPECTED = "x-envoy-expected-rq-timeout-ms";
  private static final Filters.Router RESPECTING = new Filters.Router(false, true, true);

  private static FakeCall apply(Timeouts timeouts, int perTryMillis, FakeCall call) {
    return apply(timeouts, perTryMillis, Filters.Router.DEFAULT, call);
  }

  private static FakeCall apply(
      Timeouts timeouts, int perTryMillis, Filters.Router router, FakeCall call) {
    return apply(timeouts, perTryMillis, Routes.connection(), router, call);
  }

  private static FakeCall apply(
      Timeouts timeouts,
      int perTryMillis,
      HttpConnection connection,
      Filters.Router router,
      FakeCall call) {
    var settings = new RouteSettings(connection, router, RuntimeValues.NONE, Routes.PROCESS);
    var retry = new RetryPolicy(Set.of(On.FIVE_XX), 1, Duration.ofMillis(perTryMillis));
    new RequestTimes(timeouts, retry, false, settings).apply(call, call);
    return call;
  }

  @Test
  void fifteenSecondsByDefault() {
    FakeCall call = apply(Timeouts.DEFAULT, 0, FakeCall.get("/"));
    assertThat(call.response).isEqualTo(Duration.ofSeconds(15).toNanos());
    assertThat(call.maxStream).isZero();
    assertThat(call.headers.get(EXPECTED)).isEqualTo("15000");
  }

  @ParameterizedTest
  @CsvSource({
    "15000, 100, 100, 100",
    "15000, 20000, 15000, 0",
    "0, 100, 100, 100",
    "0, 0, none, 0"
  })
  void perTry(long response, int perTry, String expected, long perTryMillis) {
    var timeouts = Timeouts.DEFAULT.withResponse(Duration.ofMillis(response));
    FakeCall call = apply(timeouts, perTry, FakeCall.get("/"));
    assertThat(String.valueOf(call.headers.get(EXPECTED)).replace("null", "none"))
        .isEqualTo(expected);
    assertThat(call.perTry).isEqualTo(Duration.ofMillis(perTryMillis).toNanos());
  }

  @Test
  void headersReplaceTheRoutes() {
    FakeCall call =
        apply(
            Timeouts.DEFAULT,
            0,
            FakeCall.get(
                "/",
                "x-envoy-upstream-rq-timeout-ms",
                "250",
                "x-envoy-upstream-rq-per-try-timeout-ms",
                "100",
                "x-envoy-upstream-rq-timeout-alt-response",
                "1"));
    assertThat(call.response).isEqualTo(Duration.ofMillis(250).toNanos());
    assertThat(call.headers.toString()).isEqualTo("{" + EXPECTED + ": 100}");
    assertThat(call.timeoutStatus).isEqualTo(204);
  }

  @Test
  void badHeadersAreTakenOutAndIgnored() {
    FakeCall call =
        apply(Timeouts.DEFAULT, 0, FakeCall.get("/", "x-envoy-upstream-rq-timeout-ms", "abc"));
    assertThat(call.headers.toString()).isEqualTo("{" + EXPECTED + ": 15000}");
  }

  @Test
  void anExpectedTimeoutMayBeRespected() {
    FakeCall call = apply(Timeouts.DEFAULT, 0, RESPECTING, FakeCall.get("/", EXPECTED, "777"));
    assertThat(call.response).isEqualTo(Duration.ofMillis(777).toNanos());
    FakeCall not = apply(Timeouts.DEFAULT, 0, FakeCall.get("/", EXPECTED, "777"));
    assertThat(not.headers.get(EXPECTED)).isEqualTo("15000");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "5000, none, 0, none, 5000m, 5000",
        "5000, none, 0, 0m, 5000m, 5000",
        "5000, none, 0, 10S, 5000m, 5000",
        "0, 3000, 100, 500m, 400m, 400",
        "0, 3000, 100, 3000000u, 2900m, 2900",
        "0, 3000, 100, 0m, 0m, now",
        "0, 3000, 100, bad, bad, 0",
        "0, 3000, 100, none, none, 0",
        "none, 0, 0, 2H, 7200000m, 7200000",
        "none, 0, 0, 1S, 1000m, 1000",
        "none, 2000, 0, 1S, 1000m, 1000",
        "none, 2000, 0, 10S, 2000m, 2000",
        "none, 2000, 0, 123456789m, 123456789m, 0"
      })
  void maxStreamDuration(
      Long max, Long headerMax, long offset, String header, String sent, String limit) {
    var stream =
        new MaxStream(
            Optional.ofNullable(max).map(Duration::ofMillis),
            Optional.ofNullable(headerMax).map(Duration::ofMillis),
            Duration.ofMillis(offset));
    var timeouts =
        new Timeouts(
            Duration.ofSeconds(30),
            Optional.empty(),
            Optional.of(stream),
            Optional.empty(),
            Duration.ZERO);
    FakeCall call = FakeCall.get("/", "content-type", "application/grpc");
    if (header != null) {
      call.headers.add("grpc-timeout", header);
    }
    apply(timeouts, 0, call);
    assertThat(call.headers.get("grpc-timeout")).isEqualTo(sent);
    long nanos = limit.equals("now") ? 1 : Duration.ofMillis(Long.parseLong(limit)).toNanos();
    assertThat(call.maxStream).isEqualTo(nanos);
    assertThat(call.response).isZero();
    assertThat(call.headers.contains(EXPECTED)).isFalse();
  }

  /** The listener's limit is not told to the peer; a route that lifts it hides the caller's too. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "none, none, none, 250",
        "none, 1S, 1S, 250",
        "500, 1S, 500m, 500",
        "0, 1S, none, 0",
        "0, bad, none, 0"
      })
  void listenersLimit(Long max, String header, String sent, long limit) {
    var stream =
        Optional.ofNullable(max)
            .map(it -> new MaxStream(Optional.of(millis(it)), Optional.empty(), Duration.ZERO));
    var timeouts =
        new Timeouts(Duration.ZERO, Optional.empty(), stream, Optional.empty(), Duration.ZERO);
    FakeCall call = FakeCall.get("/", "content-type", "application/grpc");
    if (header != null) {
      call.headers.add("grpc-timeout", header);
    }
    apply(timeouts, 0, Routes.limited(millis(250)), Filters.Router.DEFAULT, call);
    assertThat(call.headers.get("grpc-timeout")).isEqualTo(sent);
    assertThat(call.maxStream).isEqualTo(millis(limit).toNanos());
  }

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  /** Given without a value, it still takes the place of the timeout of the response. */
  @Test
  void maxStreamDurationWithoutAValue() {
    var empty = new MaxStream(Optional.empty(), Optional.empty(), Duration.ZERO);
    var timeouts =
        new Timeouts(
            millis(30_000), Optional.empty(), Optional.of(empty), Optional.empty(), Duration.ZERO);
    FakeCall call = apply(timeouts, 0, FakeCall.get("/"));
    assertThat(call.response).isZero();
    assertThat(call.headers.contains(EXPECTED)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "2000, 0, 1S, 1000",
    "2000, 0, 10S, 2000",
    "2000, 0, 0m, 2000",
    "2000, 0, bad, 2000",
    "0, 0, 10S, 10000",
    "2000, 100, 1S, 900",
    "2000, 1500, 1S, 1000"
  })
  void maxGrpcTimeout(long max, long offset, String header, long expected) {
    var timeouts =
        new Timeouts(
            Duration.ofSeconds(30),
            Optional.empty(),
            Optional.empty(),
            Optional.of(Duration.ofMillis(max)),
            Duration.ofMillis(offset));
    FakeCall call =
        apply(
            timeouts,
            0,
            FakeCall.get("/", "content-type", "application/grpc", "grpc-timeout", header));
    assertThat(call.response).isEqualTo(Duration.ofMillis(expected).toNanos());
    assertThat(call.headers.get("grpc-timeout")).isEqualTo(expected + "m");
  }

  @Test
  void aRetryTellsWhatIsLeft() {
    var settings = Routes.settings();
    var times = new RequestTimes(Timeouts.DEFAULT, null, false, settings);
    FakeCall call = FakeCall.get("/");
    times.again(call, Duration.ofMillis(900).toNanos(), 0);
    assertThat(call.headers.get(EXPECTED)).isEqualTo("900");
    times.again(call, Duration.ofMillis(900).toNanos(), Duration.ofMillis(100).toNanos());
    assertThat(call.headers.get(EXPECTED)).isEqualTo("100");
    times.again(call, 1, 0);
    assertThat(call.headers.get(EXPECTED)).isEqualTo("1");
  }
}
