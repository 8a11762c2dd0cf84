package io.inmesh.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A source of the hash by which a host is chosen. Source:
 * envoy.config.route.v3.RouteAction.HashPolicy.
 *
 * @param terminal no further policy counts once this one gave a hash
 */
public record HashPolicy(Input input, boolean terminal) {
  /** What is hashed. */
  public sealed interface Input {}

  /** A header, possibly rewritten. */
  public record Header(String name, Optional<RegexRewrite> rewrite) implements Input {}

  /**
   * A cookie.
   *
   * @param ttl empty: a missing cookie gives no hash; else it is made and set, zero for a session
   *     cookie
   * @param path of a cookie that is made; empty for none
   */
  public record Cookie(
      String name, Optional<Duration> ttl, String path, Map<String, String> attributes)
      implements Input {
    public Cookie {
      attributes = Map.copyOf(attributes);
    }
  }

  /** The caller's address. */
  public record SourceIp() implements Input {}

  /** A query parameter. */
  public record QueryParameter(String name) implements Input {}

  /** An object of the filter state. */
  public record FilterState(String key) implements Input {}
}
