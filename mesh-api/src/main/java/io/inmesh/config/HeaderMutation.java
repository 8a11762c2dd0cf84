package io.inmesh.config;

/**
 * Changes headers where it stands in the chain. Source:
 * envoy.extensions.filters.http.header_mutation.v3.HeaderMutation.
 *
 * @param mostSpecificWins the filter's own are applied first, then those of the route
 *     configuration, the virtual host and the route; otherwise the other way round
 */
public record HeaderMutation(HeaderMutations mutations, boolean mostSpecificWins)
    implements Extension {
  /** The type of these settings. */
  public static final String TYPE =
      "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation";

  @Override
  public String type() {
    return TYPE;
  }

  /** What a route adds to it. */
  public record PerRoute(HeaderMutations mutations) implements Extension {
    /** The type of these settings. */
    public static final String TYPE =
        "envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute";

    @Override
    public String type() {
      return TYPE;
    }
  }
}
