package io.inmesh.runtime.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Headers;
import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.BackOff;
import io.inmesh.config.RetryPolicy.HostSelection;
import io.inmesh.config.RetryPolicy.On;
import io.inmesh.config.RetryPolicy.RateLimitedBackOff;
import io.inmesh.config.RetryPolicy.ResetHeader;
import io.inmesh.config.StringMatcher;
import io.inmesh.transport.Stream.Closed;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of conditions and answers measured on Envoy 1.40. */
class RetryRulesTest {
  private static RetryPolicy policy(Set<On> on, List<Integer> codes) {
    var again =
        new HeaderMatcher(
            "x-again", new HeaderMatcher.Text(new StringMatcher.Exact("1", false)), false, false);
    return new RetryPolicy(
        on,
        2,
        Duration.ZERO,
        Duration.ZERO,
        new BackOff(Duration.ofMillis(10), Duration.ofMillis(50)),
        Optional.of(
            new RateLimitedBackOff(
                List.of(new ResetHeader("retry-after", false), new ResetHeader("reset-at", true)),
                Duration.ofSeconds(60))),
        codes,
        List.of(again),
        List.of(),
        HostSelection.DEFAULT);
  }

  private static RetryRules rules(On... on) {
    Set<On> all = on.length == 0 ? Set.of() : EnumSet.copyOf(List.of(on));
    return new RetryRules(policy(all, List.of(418, 503)));
  }

  @ParameterizedTest
  @CsvSource({
    "FIVE_XX, 500 501 502 503 504",
    "GATEWAY_ERROR, 502 503 504",
    "RETRIABLE_4XX, 409",
    "RETRIABLE_STATUS_CODES, 418 503",
    "RESET, ''",
    "CONNECT_FAILURE, ''",
    "REFUSED_STREAM, ''",
    "UNAVAILABLE, ''"
  })
  void statuses(On on, String retried) {
    for (int status : new int[] {200, 400, 404, 409, 418, 429, 500, 501, 502, 503, 504, 600}) {
      assertThat(rules(on).onHead(status, Headers.EMPTY, true))
          .as("%s on %s", status, on)
          .isEqualTo(List.of(retried.split(" ")).contains(String.valueOf(status)));
    }
  }

  @ParameterizedTest
  @EnumSource(On.class)
  void aRateLimitedAnswerIsRetriedByItsOwnConditionOnly(On on) {
    Headers limited = Headers.of("x-envoy-ratelimited", "true", "x-again", "1");
    assertThat(rules(on).onHead(503, limited, true)).isEqualTo(on == On.ENVOY_RATELIMITED);
  }

  @ParameterizedTest
  @CsvSource({
    "CANCELLED, 1",
    "DEADLINE_EXCEEDED, 4",
    "RESOURCE_EXHAUSTED, 8",
    "INTERNAL, 13",
    "UNAVAILABLE, 14"
  })
  void grpcStatuses(On on, String retried) {
    for (String status : List.of("0", "1", "4", "8", "13", "14")) {
      assertThat(rules(on).onHead(200, Headers.of("grpc-status", status), true))
          .isEqualTo(status.equals(retried));
    }
  }

  @Test
  void headers() {
    assertThat(rules(On.RETRIABLE_HEADERS).onHead(200, Headers.of("x-again", "1"), true)).isTrue();
    assertThat(rules(On.RETRIABLE_HEADERS).onHead(200, Headers.of("x-again", "0"), true)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "FIVE_XX, +++++",
    "GATEWAY_ERROR, +++++",
    "RESET, +++++",
    "RESET_BEFORE_REQUEST, ++---",
    "CONNECT_FAILURE, ++---",
    "REFUSED_STREAM, --+--",
    "RETRIABLE_STATUS_CODES, -----"
  })
  void failures(On on, String expected) {
    var found = new StringBuilder();
    RetryRules rules = rules(on);
    found.append(rules.onFailure(Closed.CONNECT_FAILURE, false) ? '+' : '-');
    found.append(rules.onFailure(Closed.CONNECT_TIMEOUT, false) ? '+' : '-');
    found.append(rules.onFailure(Closed.REFUSED, true) ? '+' : '-');
    found.append(rules.onFailure(Closed.TERMINATED, true) ? '+' : '-');
    found.append(rules.onTimeout() ? '+' : '-');
    assertThat(found).hasToString(expected);
    assertThat(rules.onFailure(Closed.OVERFLOW, false)).isFalse();
  }

  @Test
  void controlHeadersAreAddedAndTakenOut() {
    var call =
        FakeCall.get(
            "/",
            "x-envoy-retry-on",
            "5xx, bogus,cancelled",
            "x-envoy-retry-grpc-on",
            "unavailable,5xx",
            "x-envoy-max-retries",
            "7",
            "x-envoy-retriable-status-codes",
            "400,x",
            "x-envoy-retriable-header-names",
            "X-Later",
            "x-kept",
            "1");
    RetryRules all = rules(On.RETRIABLE_STATUS_CODES, On.RETRIABLE_HEADERS).forCall(call);
    assertThat(all).isNotNull();
    assertThat(call.headers).isEqualTo(Headers.of("x-kept", "1"));
    assertThat(all.retries()).isEqualTo(7);
    assertThat(all.onHead(500, Headers.EMPTY, true)).isTrue();
    assertThat(all.onHead(400, Headers.EMPTY, true)).isTrue();
    assertThat(all.onHead(418, Headers.EMPTY, true)).isTrue();
    assertThat(all.onHead(200, Headers.of("x-later", "z"), true)).isTrue();
    assertThat(all.onHead(200, Headers.of("grpc-status", "14"), true)).isTrue();
    assertThat(all.onHead(200, Headers.of("grpc-status", "1"), true)).isFalse();
  }

  @Test
  void withoutAPolicyOnlyHeadersAsk() {
    var none = new RetryRules(null);
    assertThat(none.forCall(FakeCall.get("/"))).isNull();
    assertThat(none.forCall(FakeCall.get("/", "x-envoy-retry-on", "bogus"))).isNull();
    RetryRules asked = none.forCall(FakeCall.get("/", "x-envoy-retry-on", "5xx"));
    assertThat(asked).isNotNull();
    assertThat(asked.retries()).isEqualTo(1);
  }

  @Test
  void someRequestsMayNotBeRetried() {
    RetryPolicy of = policy(Set.of(On.FIVE_XX), List.of());
    var gated =
        new RetryPolicy(
            of.on(),
            of.retries(),
            of.perTryTimeout(),
            of.perTryIdleTimeout(),
            of.backOff(),
            of.rateLimitedBackOff(),
            of.statusCodes(),
            of.headers(),
            List.of(new HeaderMatcher("x-a", new HeaderMatcher.Present(true), false, false)),
            of.hosts());
    assertThat(new RetryRules(gated).forCall(FakeCall.get("/"))).isNull();
    assertThat(new RetryRules(gated).forCall(FakeCall.get("/", "x-a", "1"))).isNotNull();
  }

  @Test
  void theIntervalDoublesUpToItsLimit() {
    RetryRules rules = rules(On.FIVE_XX);
    long ms = 1_000_000;
    assertThat(largest(rules, 1)).isEqualTo(10 * ms - 1);
    assertThat(largest(rules, 2)).isEqualTo(20 * ms - 1);
    assertThat(largest(rules, 3)).isEqualTo(40 * ms - 1);
    assertThat(largest(rules, 4)).isEqualTo(50 * ms - 1);
    assertThat(largest(rules, 1000)).isEqualTo(50 * ms - 1);
    assertThat(rules.backOff(1, Headers.EMPTY, 0, 0)).isZero();
  }

  /** The draw that lies just below the interval. */
  private static long largest(RetryRules rules, int attempt) {
    long most = 0;
    for (long ms = 1; ms <= 64; ms++) {
      most = Math.max(most, rules.backOff(attempt, Headers.EMPTY, ms * 1_000_000 - 1, 0));
    }
    return most;
  }

  @Test
  void theServersOwnDelay() {
    RetryRules rules = rules(On.FIVE_XX);
    long second = 1_000_000_000;
    assertThat(rules.backOff(1, Headers.of("retry-after", "4"), 0, 0)).isEqualTo(4 * second);
    assertThat(rules.backOff(1, Headers.of("reset-at", "107"), 0, 100)).isEqualTo(7 * second);
    assertThat(rules.backOff(1, Headers.of("retry-after", "61"), 3, 0)).isEqualTo(3);
    assertThat(rules.backOff(1, Headers.of("retry-after", "x"), 3, 0)).isEqualTo(3);
    assertThat(rules.backOff(1, Headers.of("retry-after", "0"), 3, 0)).isZero();
  }
}
