package io.inmesh.runtime.engine;

import io.inmesh.call.Headers;
import io.inmesh.config.Action.Forward;
import io.inmesh.config.InternalRedirectPolicy;
import io.inmesh.runtime.route.RouteEntry;
import org.jspecify.annotations.Nullable;

/**
 * Redirects that the mesh follows itself: the request is changed and goes through filters and
 * routes once more. Source: envoy.config.route.v3.InternalRedirectPolicy.
 */
final class InternalRedirect {
  private static final int SEE_OTHER = 303;
  private static final String PREVIOUS_ROUTES =
      "envoy.extensions.internal_redirect.previous_routes.v3.PreviousRoutesConfig";
  private static final String SAFE_CROSS_SCHEME =
      "envoy.extensions.internal_redirect.safe_cross_scheme.v3.SafeCrossSchemeConfig";

  private final String scheme;
  private final String authority;
  private final String path;

  private InternalRedirect(String scheme, String authority, String path) {
    this.scheme = scheme;
    this.authority = authority;
    this.path = path;
  }

  /** Whether a response is a redirect that is followed; then the call has begun anew. */
  static boolean follow(OutgoingCall call, int status, Headers response) {
    Forward forward = call.routed().forward();
    InternalRedirectPolicy policy =
        forward == null ? null : forward.internalRedirect().orElse(null);
    if (policy == null
        || !policy.statusCodes().contains(status)
        || call.redirects() >= policy.max()
        || !call.hasRequestEnded()
        || (call.body != null && call.body.whole() == null)) {
      return false;
    }
    InternalRedirect target = parse(response.get("location"));
    if (target == null || !target.isAllowed(call, policy)) {
      return false;
    }
    if (!target.take(call, policy, response)) {
      return false;
    }
    if (status == SEE_OTHER) {
      becomeGet(call);
    }
    call.redirected();
    return true;
  }

  private static @Nullable InternalRedirect parse(@Nullable String location) {
    int end = location == null ? -1 : location.indexOf("://");
    if (location == null || end < 0) {
      return null;
    }
    String scheme = Headers.lower(location.substring(0, end));
    int hash = location.indexOf('#');
    String rest = location.substring(end + 3, hash < 0 ? location.length() : hash);
    int slash = rest.indexOf('/');
    int query = rest.indexOf('?');
    int path = slash < 0 || (query >= 0 && query < slash) ? query : slash;
    String authority = path < 0 ? rest : rest.substring(0, path);
    String target = path < 0 ? "/" : rest.substring(path);
    if (authority.isEmpty() || !(scheme.equals("http") || scheme.equals("https"))) {
      return null;
    }
    return new InternalRedirect(scheme, authority, target.startsWith("/") ? target : "/" + target);
  }

  private boolean isAllowed(OutgoingCall call, InternalRedirectPolicy policy) {
    boolean otherScheme = !scheme.equals(call.scheme());
    if (otherScheme && !policy.allowCrossScheme()) {
      return false;
    }
    for (String predicate : policy.predicates()) {
      boolean safe =
          predicate.equals(SAFE_CROSS_SCHEME) && !(otherScheme && scheme.equals("https"));
      if (!safe && !predicate.equals(PREVIOUS_ROUTES)) {
        return false;
      }
    }
    return true;
  }

  /** Changes the request and chooses its route; undone if that leads nowhere. */
  private boolean take(OutgoingCall call, InternalRedirectPolicy policy, Headers response) {
    RouteEntry<RouteParts> before = call.routed();
    Headers fields = call.headers().copy();
    var origin = new InternalRedirect(call.scheme(), call.authority(), call.path());
    change(call, policy, response);
    boolean again = policy.predicates().contains(PREVIOUS_ROUTES) && call.entry() == before;
    if (call.entry() == null || again) {
      call.undo(origin.scheme, origin.authority, origin.path, fields, before);
      return false;
    }
    return true;
  }

  private void change(OutgoingCall call, InternalRedirectPolicy policy, Headers response) {
    Headers headers = call.editHeaders();
    headers.set("x-envoy-original-url", call.scheme() + "://" + call.authority() + call.path());
    for (String name : policy.responseHeadersToCopy()) {
      headers.remove(name);
      response.all(name).forEach(value -> headers.add(name, value));
    }
    call.scheme(scheme);
    call.authority(authority);
    call.path(path);
    call.chooseRoute();
  }

  private static void becomeGet(OutgoingCall call) {
    if (!call.method().equals("GET") && !call.method().equals("HEAD")) {
      call.method("GET");
      call.editHeaders().remove("content-length");
      if (call.body != null) {
        call.body.close();
        call.body = null;
      }
    }
  }
}
