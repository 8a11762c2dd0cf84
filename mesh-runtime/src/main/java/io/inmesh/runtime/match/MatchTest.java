package io.inmesh.runtime.match;

import io.inmesh.config.CookieMatcher;
import io.inmesh.config.RouteMatch;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A compiled route match. */
public final class MatchTest {
  private static final QueryTest[] NO_QUERY = {};
  private static final CookieTest[] NO_COOKIES = {};
  private static final ValueTest.OfMetadata[] NO_METADATA = {};

  /** What was compiled. */
  public final RouteMatch config;

  /** Its path criterion. */
  public final PathTest path;

  private final HeaderTest[] headers;
  private final QueryTest[] query;
  private final CookieTest[] cookies;
  private final ValueTest.OfMetadata[] metadata;
  private final @Nullable Fraction fraction;

  private record CookieTest(String name, StringTest value, boolean invert) {
    CookieTest(CookieMatcher config) {
      this(config.name(), StringTest.of(config.value()), config.invert());
    }

    boolean matches(RouteInput call) {
      String found = Cookies.value(call.headers(), name);
      return (found != null && value.matches(found)) != invert;
    }
  }

  public MatchTest(RouteMatch config, RuntimeValues runtime) {
    this.config = config;
    this.path = PathTest.of(config.path());
    this.headers = HeaderTest.all(config.headers());
    this.query =
        config.queryParameters().isEmpty()
            ? NO_QUERY
            : config.queryParameters().stream().map(QueryTest::new).toArray(QueryTest[]::new);
    this.cookies =
        config.cookies().isEmpty()
            ? NO_COOKIES
            : config.cookies().stream().map(CookieTest::new).toArray(CookieTest[]::new);
    this.metadata =
        config.dynamicMetadata().isEmpty()
            ? NO_METADATA
            : config.dynamicMetadata().stream()
                .map(ValueTest.OfMetadata::new)
                .toArray(ValueTest.OfMetadata[]::new);
    this.fraction = config.runtimeFraction().map(f -> new Fraction(f, runtime)).orElse(null);
  }

  /** Whether nothing but the path counts. */
  public boolean pathOnly() {
    return headers.length == 0
        && query.length == 0
        && cookies.length == 0
        && metadata.length == 0
        && fraction == null
        && !config.grpc()
        && config.certificatePresented().isEmpty()
        && config.certificateValidated().isEmpty();
  }

  public boolean matches(RouteInput call, String text, int end) {
    return path.matches(call, text, end)
        && HeaderTest.matchAll(headers, call)
        && (query.length == 0 || queryMatches(call.path()))
        && (cookies.length == 0 || cookiesMatch(call))
        && (!config.grpc() || RequestFields.isGrpc(call))
        && tlsMatches(call)
        && (metadata.length == 0 || metadataMatches(call))
        && (fraction == null || fraction.holds(call.streamRandom()));
  }

  private boolean queryMatches(String text) {
    for (QueryTest test : query) {
      if (!test.matches(text)) {
        return false;
      }
    }
    return true;
  }

  private boolean cookiesMatch(RouteInput call) {
    for (CookieTest test : cookies) {
      if (!test.matches(call)) {
        return false;
      }
    }
    return true;
  }

  private boolean metadataMatches(RouteInput call) {
    for (ValueTest.OfMetadata test : metadata) {
      if (!test.matches(call)) {
        return false;
      }
    }
    return true;
  }

  private boolean tlsMatches(RouteInput call) {
    return is(config.certificatePresented(), call.certificatePresented())
        && is(config.certificateValidated(), call.certificateValidated());
  }

  private static boolean is(Optional<Boolean> wanted, boolean found) {
    return wanted.isEmpty() || wanted.get() == found;
  }
}
