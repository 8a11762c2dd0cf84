package io.inmesh.runtime.match;

import io.inmesh.config.CookieMatcher;
import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.QueryParameterMatcher;
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

  /**
   * What keeps a request from matching: the first of the conditions of {@link #matches}, in the
   * same order and by the same tests, that does not hold; null if all do.
   */
  public @Nullable String mismatch(RouteInput call, String text, int end) {
    if (!path.matches(call, text, end)) {
      return "path " + text.substring(0, end) + " is not " + MatchText.of(config.path());
    }
    for (int i = 0; i < headers.length; i++) {
      if (!headers[i].matches(call)) {
        HeaderMatcher wanted = config.headers().get(i);
        return "header "
            + wanted.name()
            + " is "
            + found(call, wanted.name())
            + ", not "
            + MatchText.of(wanted);
      }
    }
    for (int i = 0; i < query.length; i++) {
      if (!query[i].matches(call.path())) {
        QueryParameterMatcher wanted = config.queryParameters().get(i);
        String found = MatchText.found(QueryTest.value(call.path(), wanted.name()));
        return "query parameter "
            + wanted.name()
            + " is "
            + found
            + ", not "
            + MatchText.of(wanted);
      }
    }
    return mismatchBeyond(call);
  }

  private static String found(RouteInput call, String name) {
    return RequestFields.isPseudo(name)
        ? MatchText.found(RequestFields.pseudo(call, name))
        : MatchText.found(call.headers().all(name));
  }

  private @Nullable String mismatchBeyond(RouteInput call) {
    for (int i = 0; i < cookies.length; i++) {
      if (!cookies[i].matches(call)) {
        CookieMatcher wanted = config.cookies().get(i);
        String found = MatchText.found(Cookies.value(call.headers(), wanted.name()));
        return "cookie " + wanted.name() + " is " + found + ", not " + MatchText.of(wanted);
      }
    }
    if (config.grpc() && !RequestFields.isGrpc(call)) {
      return "content-type is " + found(call, "content-type") + ", not that of gRPC";
    }
    if (!tlsMatches(call)) {
      return "the caller's certificate is "
          + (call.certificatePresented() ? "" : "not ")
          + "presented and "
          + (call.certificateValidated() ? "" : "not ")
          + "validated";
    }
    for (int i = 0; i < metadata.length; i++) {
      if (!metadata[i].matches(call)) {
        return "dynamic metadata does not match " + config.dynamicMetadata().get(i);
      }
    }
    if (fraction != null && !fraction.holds(call.streamRandom())) {
      return "the draw "
          + fraction.drawn(call.streamRandom())
          + " is not within "
          + config.runtimeFraction().map(MatchText::of).orElse("");
    }
    return null;
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
