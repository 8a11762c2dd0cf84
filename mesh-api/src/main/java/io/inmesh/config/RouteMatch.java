package io.inmesh.config;

import java.util.List;
import java.util.Optional;

/** What a request must be: all of it. Source: envoy.config.route.v3.RouteMatch. */
public record RouteMatch(
    PathMatch path,
    List<HeaderMatcher> headers,
    List<QueryParameterMatcher> queryParameters,
    List<CookieMatcher> cookies,
    List<MetadataMatcher> dynamicMetadata,
    Optional<FractionalPercent> runtimeFraction,
    boolean grpc,
    Optional<Boolean> certificatePresented,
    Optional<Boolean> certificateValidated) {
  public RouteMatch {
    headers = List.copyOf(headers);
    queryParameters = List.copyOf(queryParameters);
    cookies = List.copyOf(cookies);
    dynamicMetadata = List.copyOf(dynamicMetadata);
  }

  /** Only a path. */
  public static RouteMatch of(PathMatch path) {
    return of(path, List.of());
  }

  /** A path and headers. */
  public static RouteMatch of(PathMatch path, List<HeaderMatcher> headers) {
    return new RouteMatch(
        path,
        headers,
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty());
  }

  /** What the path, without query and fragment, must be. */
  public sealed interface PathMatch {}

  /** Begins with it. */
  public record Prefix(String prefix, boolean caseSensitive) implements PathMatch {}

  /** Is it. */
  public record Exact(String path, boolean caseSensitive) implements PathMatch {}

  /** Matches in full. */
  public record Pattern(Regex regex) implements PathMatch {}

  /** Is it, or goes on with a slash. */
  public record PathSeparatedPrefix(String prefix, boolean caseSensitive) implements PathMatch {}

  /** Source: envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig. */
  public record UriTemplate(String template) implements PathMatch {}

  /** A CONNECT request. */
  public record Connect() implements PathMatch {}
}
