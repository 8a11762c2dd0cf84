package io.inmesh.runtime.route;

import io.inmesh.config.Action.Redirect;
import io.inmesh.config.Rewrite;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.format.RequestEdit;
import io.inmesh.runtime.match.MatchTest;
import org.jspecify.annotations.Nullable;

/** Where a redirecting route sends the caller. */
final class Redirection {
  private final Redirect config;
  private final @Nullable PathRewriting path;
  private final @Nullable String replacement;
  private final boolean keepHost;

  /**
   * Compiles a redirect.
   *
   * @param keepHost the authority stays as it is, port and all
   */
  Redirection(Redirect config, boolean keepHost, MatchTest match, ProcessFacts process) {
    this.config = config;
    this.keepHost = keepHost;
    this.path = PathRewriting.of(config.path(), match, process);
    this.replacement = config.path() instanceof Rewrite.ReplacePath whole ? whole.path() : null;
  }

  /** Rewrites the path and answers the location. */
  String location(RequestEdit call, boolean keepOld) {
    String rewritten = path == null ? null : path.apply(call);
    String current = rewritten == null ? call.path() : rewritten;
    // A formatted path is for the caller only: later formats see the request's own.
    if (rewritten != null && !(config.path() instanceof Rewrite.FormatPath)) {
      if (keepOld) {
        call.editHeaders().set("x-envoy-original-path", call.path());
      }
      call.path(rewritten);
    }
    String scheme = scheme(call);
    String port = config.port() == 0 ? "" : ":" + config.port();
    String host = config.host().orElse("");
    String target = target(current);
    return scheme
        + "://"
        + (host.isEmpty() ? host(call, scheme, !port.isEmpty()) : host)
        + port
        + (target.startsWith("/") ? target : "/" + target);
  }

  private String scheme(RequestEdit call) {
    String own = config.scheme().orElse("");
    return !own.isEmpty() ? own : config.httpsRedirect() ? "https" : call.scheme();
  }

  private String host(RequestEdit call, String scheme, boolean otherPort) {
    String host = call.authority();
    if (keepHost) {
      return host;
    }
    int colon = host.lastIndexOf(host.startsWith("[") ? "]:" : ":");
    if (colon < 0) {
      return host;
    }
    int end = host.startsWith("[") ? colon + 1 : colon;
    String port = host.substring(end);
    String protocol = String.valueOf(call.headers().get("x-forwarded-proto"));
    boolean standard =
        !scheme.equals(protocol)
            && ((protocol.equals("https") && port.equals(":443"))
                || (protocol.equals("http") && port.equals(":80")));
    return otherPort || standard ? host.substring(0, end) : host;
  }

  private String target(String current) {
    int query = current.indexOf('?');
    if (replacement == null) {
      return config.stripQuery() && query >= 0 ? current.substring(0, query) : current;
    }
    boolean own = replacement.indexOf('?') >= 0;
    return own || query < 0 || config.stripQuery()
        ? replacement
        : replacement + current.substring(query);
  }
}
