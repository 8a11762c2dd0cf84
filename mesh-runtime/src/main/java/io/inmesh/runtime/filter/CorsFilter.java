package io.inmesh.runtime.filter;

import io.inmesh.call.Headers;
import io.inmesh.call.HttpFilter;
import io.inmesh.config.Cors;
import io.inmesh.config.Extension;
import io.inmesh.runtime.match.Fraction;
import io.inmesh.runtime.match.StringTest;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Answers preflight requests and tells browsers who may read a response. Source:
 * envoy.extensions.filters.http.cors.v3.
 */
final class CorsFilter extends Stage {
  private static final String ALLOW_ORIGIN = "access-control-allow-origin";

  private final StringTest[] origins;
  private final Fraction enabled;
  private final String methods;
  private final String headers;
  private final String exposeHeaders;
  private final String maxAge;
  private final boolean credentials;
  private final boolean privateNetwork;
  private final boolean forwardNotMatching;

  private CorsFilter(List<Cors.Policy> policies, Place place) {
    Cors.Policy nearest = policies.get(0);
    this.origins =
        policies.stream()
            .map(Cors.Policy::origins)
            .filter(list -> !list.isEmpty())
            .findFirst()
            .orElse(List.of())
            .stream()
            .map(StringTest::of)
            .toArray(StringTest[]::new);
    this.enabled = new Fraction(nearest.enabled(), place.runtime());
    this.methods = text(policies, Cors.Policy::methods);
    this.headers = text(policies, Cors.Policy::headers);
    this.exposeHeaders = text(policies, Cors.Policy::exposeHeaders);
    this.maxAge = text(policies, Cors.Policy::maxAge);
    this.credentials = given(policies, Cors.Policy::credentials);
    this.privateNetwork = given(policies, Cors.Policy::privateNetwork);
    this.forwardNotMatching = nearest.forwardNotMatchingPreflights();
  }

  /** A filter; without a policy, one that does nothing. */
  static HttpFilter of(List<Extension> ofRoutes, Place place) {
    var policies = new ArrayList<Cors.Policy>();
    for (Extension settings : ofRoutes) {
      if (settings instanceof Cors.Policy policy) {
        policies.add(policy);
      }
    }
    return policies.isEmpty() ? Idle.FILTER : new CorsFilter(policies, place);
  }

  private static String text(List<Cors.Policy> policies, Function<Cors.Policy, String> field) {
    return policies.stream().map(field).filter(text -> !text.isEmpty()).findFirst().orElse("");
  }

  private static boolean given(
      List<Cors.Policy> policies, Function<Cors.Policy, Optional<Boolean>> field) {
    return policies.stream().map(field).flatMap(Optional::stream).findFirst().orElse(false);
  }

  @Override
  public boolean isPure() {
    return true;
  }

  @Override
  protected Verdict request(FilteredCall call) {
    String origin = call.headers().get("origin");
    if (origin == null || origin.isEmpty() || !enabled.holds(call.loop().random())) {
      return Verdict.CONTINUE;
    }
    boolean preflight =
        call.method().equals("OPTIONS") && !isEmpty(call, "access-control-request-method");
    if (!isAllowed(origin)) {
      if (preflight && !forwardNotMatching) {
        call.respond(200, preflight(call, ""), "cors_response");
        return Verdict.STOP;
      }
      return Verdict.CONTINUE;
    }
    call.remember(this, origin);
    if (preflight) {
      call.respond(200, preflight(call, origin), "cors_response");
      return Verdict.STOP;
    }
    return Verdict.CONTINUE;
  }

  private static boolean isEmpty(FilteredCall call, String header) {
    String value = call.headers().get(header);
    return value == null || value.isEmpty();
  }

  /** An origin that is not allowed is told the rest all the same, as in Envoy. */
  private Headers preflight(FilteredCall call, String origin) {
    var answer = new Headers();
    add(answer, ALLOW_ORIGIN, origin);
    add(answer, "access-control-allow-credentials", credentials ? "true" : "");
    add(answer, "access-control-allow-methods", methods);
    add(answer, "access-control-allow-headers", headers);
    add(answer, "access-control-max-age", maxAge);
    if (privateNetwork
        && "true".equals(call.headers().get("access-control-request-private-network"))) {
      answer.addLower("access-control-allow-private-network", "true");
    }
    return answer;
  }

  private static void add(Headers to, String name, String value) {
    if (!value.isEmpty()) {
      to.addLower(name, value);
    }
  }

  private boolean isAllowed(String origin) {
    for (StringTest test : origins) {
      if (test.matches(origin)) {
        return true;
      }
    }
    return false;
  }

  @Override
  protected void response(FilteredCall call, int status, Headers response) {
    if (call.recall(this) instanceof String origin) {
      response.set(ALLOW_ORIGIN, origin);
      if (credentials) {
        response.set("access-control-allow-credentials", "true");
      }
      if (!exposeHeaders.isEmpty()) {
        response.set("access-control-expose-headers", exposeHeaders);
      }
    }
  }
}
