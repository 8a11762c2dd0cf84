package io.inmesh.config;

import java.util.List;
import java.util.Optional;

/**
 * What a request counts for, as one descriptor. Source: envoy.config.route.v3.RateLimit.
 *
 * @param stage of the filters that ask for it; 0 by default
 * @param disableKey a runtime key that switches it off, or empty
 * @param actions each gives one entry of the descriptor; if one has nothing to give, there is no
 *     descriptor
 * @param limitOverride where in dynamic metadata another limit stands: namespace and path
 * @param hits how much a request counts; 1 by default
 */
public record RateLimit(
    int stage,
    String disableKey,
    List<Action> actions,
    Optional<MetadataPath> limitOverride,
    Optional<Hits> hits) {
  public RateLimit {
    actions = List.copyOf(actions);
  }

  /** One entry of a descriptor. */
  public record Entry(String key, String value) {}

  /** A place in dynamic metadata. */
  public record MetadataPath(String namespace, List<String> path) {
    public MetadataPath {
      path = List.copyOf(path);
    }
  }

  /** A number, or where it is read from. */
  public record Hits(long number, Optional<Format> format) {}

  /** The limits of a route, and whether those of its virtual host count too. */
  public record OfRoute(List<RateLimit> limits, boolean withVirtualHost) {
    /** None of its own; those of its virtual host count. */
    public static final OfRoute NONE = new OfRoute(List.of(), false);

    public OfRoute {
      limits = List.copyOf(limits);
    }
  }

  /** What gives an entry. Keys are those of the entries. */
  public sealed interface Action {}

  /** source_cluster: the node's cluster. */
  public record SourceCluster() implements Action {}

  /** destination_cluster: the cluster that the route leads to. */
  public record DestinationCluster() implements Action {}

  /** The value of a request header; a pseudo-header field too. */
  public record RequestHeader(String name, String key, boolean skipIfAbsent) implements Action {}

  /** The first value of a query parameter. */
  public record QueryParameter(String name, String key, boolean skipIfAbsent) implements Action {}

  /** remote_address: who called, as far as it is trusted. */
  public record RemoteAddress() implements Action {}

  /** masked_remote_address: the same, with so many leading bits kept. */
  public record MaskedRemoteAddress(int v4Bits, int v6Bits) implements Action {}

  /** A fixed text. */
  public record GenericKey(String key, String value) implements Action {}

  /** A fixed text if all headers match, or, if {@code expect} is false, if they do not. */
  public record HeaderValueMatch(
      String key, String value, boolean expect, List<HeaderMatcher> headers) implements Action {
    public HeaderValueMatch {
      headers = List.copyOf(headers);
    }
  }

  /** A fixed text if all query parameters match, or, if {@code expect} is false, if not. */
  public record QueryValueMatch(
      String key, String value, boolean expect, List<QueryParameterMatcher> parameters)
      implements Action {
    public QueryValueMatch {
      parameters = List.copyOf(parameters);
    }
  }

  /** A string in metadata of the call, or of its route if {@code ofRoute}. */
  public record OfMetadata(
      String key, MetadataPath from, String otherwise, boolean ofRoute, boolean skipIfAbsent)
      implements Action {}
}
