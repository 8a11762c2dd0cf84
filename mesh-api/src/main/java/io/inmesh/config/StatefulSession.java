package io.inmesh.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Keeps a caller at the host that answered it first. Source:
 * envoy.extensions.filters.http.stateful_session.v3.StatefulSession.
 *
 * @param state empty: the filter does nothing
 * @param strict a host that is gone, or must not be used, is answered for with {@code
 *     missingStatus}
 * @param missingStatus 503 by default
 */
public record StatefulSession(Optional<State> state, boolean strict, int missingStatus)
    implements Extension {
  /** The type of these settings. */
  public static final String TYPE =
      "envoy.extensions.filters.http.stateful_session.v3.StatefulSession";

  @Override
  public String type() {
    return TYPE;
  }

  /**
   * What a route says instead.
   *
   * @param session empty: the filter does nothing on this route
   */
  public record PerRoute(Optional<StatefulSession> session) implements Extension {
    /** The type of these settings. */
    public static final String TYPE =
        "envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute";

    @Override
    public String type() {
      return TYPE;
    }
  }

  /** Where callers carry the host's address. */
  public sealed interface State {}

  /**
   * In a cookie.
   *
   * @param path only requests below it take part; empty for all
   * @param attributes further attributes, name and value in turn
   */
  public record InCookie(String name, String path, Optional<Duration> ttl, List<String> attributes)
      implements State {
    public InCookie {
      attributes = List.copyOf(attributes);
    }
  }

  /** In a header of this name, lower case. */
  public record InHeader(String name) implements State {}
}
