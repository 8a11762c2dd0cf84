package io.inmesh.config;

import java.util.List;
import java.util.Optional;

/**
 * Cross-origin requests; what is allowed stands in routes. Source:
 * envoy.extensions.filters.http.cors.v3.Cors.
 */
public record Cors() implements Extension {
  /** The type of these settings. */
  public static final String TYPE = "envoy.extensions.filters.http.cors.v3.Cors";

  @Override
  public String type() {
    return TYPE;
  }

  /**
   * What a route, a virtual host or a route configuration allows. Source:
   * envoy.extensions.filters.http.cors.v3.CorsPolicy.
   *
   * @param methods and the other texts: values of response headers, or empty
   * @param enabled always by default
   * @param forwardNotMatchingPreflights true by default
   */
  public record Policy(
      List<StringMatcher> origins,
      String methods,
      String headers,
      String exposeHeaders,
      String maxAge,
      Optional<Boolean> credentials,
      FractionalPercent enabled,
      Optional<Boolean> privateNetwork,
      boolean forwardNotMatchingPreflights)
      implements Extension {
    /** The type of these settings. */
    public static final String TYPE = "envoy.extensions.filters.http.cors.v3.CorsPolicy";

    public Policy {
      origins = List.copyOf(origins);
    }

    @Override
    public String type() {
      return TYPE;
    }
  }
}
