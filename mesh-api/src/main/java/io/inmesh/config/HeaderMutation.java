package io.inmesh.config;

import io.inmesh.config.HeaderMutations.Append;
import io.inmesh.config.HeaderMutations.HeaderValue;
import java.util.List;

/**
 * Changes headers where it stands in the chain. Source:
 * envoy.extensions.filters.http.header_mutation.v3.HeaderMutation.
 *
 * @param steps the filter's own; they come first
 * @param mostSpecificWins the steps of the route configuration follow, then those of the virtual
 *     host and the route; otherwise the other way round
 */
public record HeaderMutation(Steps steps, boolean mostSpecificWins) implements Extension {
  /** The type of these settings. */
  public static final String TYPE =
      "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation";

  @Override
  public String type() {
    return TYPE;
  }

  /** What a route adds to it. */
  public record PerRoute(Steps steps) implements Extension {
    /** The type of these settings. */
    public static final String TYPE =
        "envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute";

    @Override
    public String type() {
      return TYPE;
    }
  }

  /**
   * What is done to a request and to its response, one step after the other.
   *
   * @param query after the request's headers
   */
  public record Steps(
      List<Step> request,
      List<QueryStep> query,
      List<Step> response,
      List<Step> requestTrailers,
      List<Step> responseTrailers) {
    public Steps {
      request = List.copyOf(request);
      query = List.copyOf(query);
      response = List.copyOf(response);
      requestTrailers = List.copyOf(requestTrailers);
      responseTrailers = List.copyOf(responseTrailers);
    }

    /** Of headers only. */
    public Steps(List<Step> request, List<Step> response) {
      this(request, List.of(), response, List.of(), List.of());
    }
  }

  /** A step over the parameters of the query. Source: envoy.config.core.v3.KeyValueMutation. */
  public sealed interface QueryStep {}

  /** Adds a parameter, or replaces it. */
  public record PutParameter(String name, Format value, Append append) implements QueryStep {}

  /** Takes a parameter out. */
  public record RemoveParameter(String name) implements QueryStep {}

  /** One step. Source: envoy.config.common.mutation_rules.v3.HeaderMutation. */
  public sealed interface Step {}

  /** Adds a header, or replaces it. */
  public record Put(HeaderValue header) implements Step {}

  /** Takes a header out; its name is lower case. */
  public record Remove(String name) implements Step {}

  /** Takes all headers out whose lower-case names match. */
  public record RemoveMatching(StringMatcher names) implements Step {}
}
