package io.inmesh.runtime.filter.external;

import io.inmesh.call.Headers;
import io.inmesh.config.ExternalAuthorization.View;
import io.inmesh.config.StringMatcher;
import io.inmesh.runtime.match.StringTest;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.FilteredCall.BodyStart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which headers of a request an authorization service is told. */
final class ToldHeaders {
  /** What an HTTP service is told in any case. */
  private static final List<String> LEAST =
      List.of("authorization", ":method", ":path", ":authority");

  private static final String PARTIAL = "x-envoy-auth-partial-body";

  private final StringTest @Nullable [] allowed;
  private final StringTest[] disallowed;
  private final boolean raw;
  private final boolean overHttp;

  ToldHeaders(View view, boolean overHttp) {
    this.overHttp = overHttp;
    this.allowed =
        view.allowed().isEmpty() && !overHttp ? null : tests(view.allowed().orElse(List.of()));
    this.disallowed = tests(view.disallowed());
    this.raw = view.raw();
  }

  static StringTest[] tests(List<StringMatcher> matchers) {
    return matchers.stream().map(StringTest::of).toArray(StringTest[]::new);
  }

  static boolean anyMatches(StringTest[] tests, String name) {
    for (StringTest test : tests) {
      if (test.matches(name)) {
        return true;
      }
    }
    return false;
  }

  /** The headers, pseudo-header fields first; several of one name are joined if not raw. */
  Headers of(FilteredCall call, @Nullable BodyStart body) {
    var told = new Headers();
    add(told, ":authority", call.authority());
    add(told, ":path", call.path());
    add(told, ":method", call.method());
    add(told, ":scheme", call.scheme());
    Headers all = call.headers();
    for (int i = 0; i < all.size(); i++) {
      if (!all.name(i).equals(PARTIAL)) {
        add(told, all.name(i), all.value(i));
      }
    }
    if (body != null) {
      put(told, PARTIAL, Boolean.toString(body.isCut()));
    }
    return told;
  }

  private void add(Headers told, String name, String value) {
    boolean isAllowed =
        allowed == null || anyMatches(allowed, name) || (overHttp && LEAST.contains(name));
    if (isAllowed && !anyMatches(disallowed, name)) {
      put(told, name, value);
    }
  }

  private void put(Headers told, String name, String value) {
    String before = raw ? null : told.get(name);
    if (before == null) {
      told.addLower(name, value);
    } else {
      told.set(name, before + "," + value);
    }
  }
}
