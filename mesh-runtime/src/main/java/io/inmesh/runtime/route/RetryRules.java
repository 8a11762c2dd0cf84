package io.inmesh.runtime.route;

import io.inmesh.call.Headers;
import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.BackOff;
import io.inmesh.config.RetryPolicy.HostSelection;
import io.inmesh.config.RetryPolicy.On;
import io.inmesh.config.RetryPolicy.RateLimitedBackOff;
import io.inmesh.config.RetryPolicy.ResetHeader;
import io.inmesh.runtime.format.RequestEdit;
import io.inmesh.runtime.match.HeaderTest;
import io.inmesh.runtime.match.Numbers;
import io.inmesh.runtime.match.RouteInput;
import io.inmesh.transport.Stream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When and how a call is tried again: policy and request headers together. Immutable, so that a
 * route has one object for all requests that bring no such headers.
 */
public final class RetryRules {
  private static final String ON = "x-envoy-retry-on";
  private static final String GRPC_ON = "x-envoy-retry-grpc-on";
  private static final String MAX = "x-envoy-max-retries";
  private static final String HEADER_NAMES = "x-envoy-retriable-header-names";
  private static final String STATUS_CODES = "x-envoy-retriable-status-codes";
  private static final List<String> CONTROL = List.of(ON, GRPC_ON, MAX, HEADER_NAMES, STATUS_CODES);

  private static final Map<String, On> TOKENS = new HashMap<>();
  private static final Set<On> GRPC =
      EnumSet.of(
          On.CANCELLED, On.DEADLINE_EXCEEDED, On.RESOURCE_EXHAUSTED, On.INTERNAL, On.UNAVAILABLE);

  static {
    for (On on : On.values()) {
      TOKENS.put(on.token(), on);
    }
  }

  private final EnumSet<On> on;
  private final int retries;
  private final int[] statusCodes;
  private final HeaderTest[] headers;
  private final HeaderTest[] requestHeaders;
  private final long base;
  private final long most;
  private final @Nullable RateLimitedBackOff rateLimited;
  private final HostSelection hosts;

  RetryRules(@Nullable RetryPolicy policy) {
    this.on = EnumSet.noneOf(On.class);
    BackOff backOff = policy == null ? BackOff.DEFAULT : policy.backOff();
    if (policy != null) {
      on.addAll(policy.on());
    }
    this.retries = policy == null ? 1 : policy.retries();
    this.statusCodes =
        policy == null
            ? new int[0]
            : policy.statusCodes().stream().mapToInt(Integer::intValue).toArray();
    this.headers = policy == null ? HeaderTest.NONE : HeaderTest.all(policy.headers());
    this.requestHeaders =
        policy == null ? HeaderTest.NONE : HeaderTest.all(policy.requestHeaders());
    this.base = Math.max(1, backOff.base().toNanos());
    this.most = Math.max(base, backOff.max().toNanos());
    this.rateLimited = policy == null ? null : policy.rateLimitedBackOff().orElse(null);
    this.hosts = policy == null ? HostSelection.DEFAULT : policy.hosts();
  }

  private RetryRules(RetryRules of, EnumSet<On> on, RouteInput call) {
    this.on = on;
    Long max = number(call.headers(), MAX);
    this.retries =
        max == null
            ? of.retries
            : (int) Math.min(Integer.MAX_VALUE, max < 0 ? Long.MAX_VALUE : max);
    this.statusCodes = withHeader(of.statusCodes, call.headers().get(STATUS_CODES));
    this.headers = withHeader(of.headers, call.headers().get(HEADER_NAMES));
    this.requestHeaders = of.requestHeaders;
    this.base = of.base;
    this.most = of.most;
    this.rateLimited = of.rateLimited;
    this.hosts = of.hosts;
  }

  /**
   * The rules for one request, whose control headers are taken out; null if it is never tried
   * again.
   */
  @Nullable RetryRules forCall(RequestEdit call) {
    RetryRules rules = this;
    if (controlled(call.headers())) {
      EnumSet<On> all = EnumSet.copyOf(on);
      addTokens(all, call.headers().get(ON), false);
      addTokens(all, call.headers().get(GRPC_ON), true);
      rules = new RetryRules(this, all, call);
      Headers edited = call.editHeaders();
      CONTROL.forEach(edited::remove);
    }
    return rules.on.isEmpty() || !allows(call) ? null : rules;
  }

  private boolean allows(RouteInput call) {
    for (HeaderTest test : requestHeaders) {
      if (test.matches(call)) {
        return true;
      }
    }
    return requestHeaders.length == 0;
  }

  private static boolean controlled(Headers headers) {
    for (int i = 0, n = headers.size(); i < n; i++) {
      if (headers.name(i).startsWith("x-envoy-") && CONTROL.contains(headers.name(i))) {
        return true;
      }
    }
    return false;
  }

  private static void addTokens(Set<On> all, @Nullable String text, boolean grpc) {
    if (text != null) {
      for (String token : text.split(",")) {
        On found = TOKENS.get(token.strip());
        if (found != null && GRPC.contains(found) == grpc) {
          all.add(found);
        }
      }
    }
  }

  private static @Nullable Long number(Headers headers, String name) {
    String text = headers.get(name);
    return text == null ? null : Numbers.unsigned(text);
  }

  private static int[] withHeader(int[] codes, @Nullable String text) {
    if (text == null) {
      return codes;
    }
    var all = new ArrayList<Integer>();
    for (int code : codes) {
      all.add(code);
    }
    for (String token : text.split(",")) {
      Long code = Numbers.unsigned(token);
      if (code != null && code >= 0 && code <= 999) {
        all.add(code.intValue());
      }
    }
    return all.stream().mapToInt(Integer::intValue).toArray();
  }

  private static HeaderTest[] withHeader(HeaderTest[] tests, @Nullable String text) {
    if (text == null) {
      return tests;
    }
    var all = new ArrayList<>(List.of(tests));
    for (String name : text.split(",")) {
      all.add(
          new HeaderTest(
              new HeaderMatcher(
                  Headers.lower(name.strip()), new HeaderMatcher.Present(true), false, false)));
    }
    return all.toArray(HeaderTest[]::new);
  }

  /** On what, as {@code retry_on} spells it. */
  public List<String> conditions() {
    return on.stream().map(On::token).toList();
  }

  /** The codes of {@code retriable-status-codes}. */
  public List<Integer> statusCodes() {
    return Arrays.stream(statusCodes).boxed().toList();
  }

  /** How often after the first try. */
  public int retries() {
    return retries;
  }

  /**
   * Whether a response head asks for another try.
   *
   * @param end nothing follows the head: only then a gRPC status stands in it
   */
  public boolean onHead(int status, Headers response, boolean end) {
    if (response.contains("x-envoy-ratelimited")) {
      return on.contains(On.ENVOY_RATELIMITED);
    }
    return (status >= 500 && status < 600 && on.contains(On.FIVE_XX))
        || (status >= 502 && status <= 504 && on.contains(On.GATEWAY_ERROR))
        || (status == 409 && on.contains(On.RETRIABLE_4XX))
        || (on.contains(On.RETRIABLE_STATUS_CODES) && listed(status))
        || (on.contains(On.RETRIABLE_HEADERS) && headerMatches(status, response))
        || onGrpcStatus(response);
  }

  private boolean listed(int status) {
    for (int code : statusCodes) {
      if (code == status) {
        return true;
      }
    }
    return false;
  }

  private boolean headerMatches(int status, Headers response) {
    for (HeaderTest test : headers) {
      if (test.matches(status, response)) {
        return true;
      }
    }
    return false;
  }

  private boolean onGrpcStatus(Headers response) {
    String status = response.get("grpc-status");
    if (status == null) {
      return false;
    }
    switch (status) {
      case "1":
        return on.contains(On.CANCELLED);
      case "4":
        return on.contains(On.DEADLINE_EXCEEDED);
      case "8":
        return on.contains(On.RESOURCE_EXHAUSTED);
      case "13":
        return on.contains(On.INTERNAL);
      case "14":
        return on.contains(On.UNAVAILABLE);
      default:
        return false;
    }
  }

  /**
   * Whether a broken attempt asks for another try.
   *
   * @param requestSent whether the request's head had gone out
   */
  public boolean onFailure(Stream.Closed how, boolean requestSent) {
    if (how == Stream.Closed.OVERFLOW) {
      return false;
    }
    boolean connect = how == Stream.Closed.CONNECT_FAILURE || how == Stream.Closed.CONNECT_TIMEOUT;
    return onTimeout()
        || (!requestSent && on.contains(On.RESET_BEFORE_REQUEST))
        || (how == Stream.Closed.REFUSED && on.contains(On.REFUSED_STREAM))
        || (connect && on.contains(On.CONNECT_FAILURE));
  }

  /** Whether an attempt that took too long asks for another try. */
  public boolean onTimeout() {
    return on.contains(On.RESET) || on.contains(On.FIVE_XX) || on.contains(On.GATEWAY_ERROR);
  }

  /**
   * Nanoseconds before the next attempt: as the server asks, if the policy reads that; else a draw
   * below an interval that doubles with every attempt.
   *
   * @param attempt 1 for the first further attempt
   * @param response the headers that caused it; {@link Headers#EMPTY} for a failure
   * @param random a uniform draw
   * @param unixSeconds the wall clock
   */
  public long backOff(int attempt, Headers response, long random, long unixSeconds) {
    long asked = rateLimited == null ? -1 : asked(rateLimited, response, unixSeconds);
    if (asked >= 0) {
      return asked + Long.remainderUnsigned(random, Math.max(1, asked / 2));
    }
    int doublings = Math.min(attempt - 1, Long.numberOfLeadingZeros(base) - 2);
    return Long.remainderUnsigned(random, Math.min(base << doublings, most));
  }

  private static long asked(RateLimitedBackOff policy, Headers response, long unixSeconds) {
    for (ResetHeader header : policy.headers()) {
      Long value = number(response, header.name());
      if (value != null && value >= 0) {
        long seconds = header.unixTime() ? value - unixSeconds : value;
        if (seconds >= 0 && seconds <= policy.max().toSeconds()) {
          return Duration.ofSeconds(seconds).toNanos();
        }
      }
    }
    return -1;
  }

  /** Which hosts a further attempt may take. */
  public HostSelection hosts() {
    return hosts;
  }
}
