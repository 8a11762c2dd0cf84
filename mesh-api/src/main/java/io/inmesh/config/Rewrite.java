package io.inmesh.config;

/**
 * What becomes of path and authority.
 *
 * @param appendForwardedHost whether the old authority is appended to x-forwarded-host
 */
public record Rewrite(Path path, Host host, boolean appendForwardedHost) {
  /** Nothing changes. */
  public static final Rewrite NONE = new Rewrite(new KeepPath(), new KeepHost(), false);

  /** What becomes of the path. */
  public sealed interface Path {}

  /** It stays. */
  public record KeepPath() implements Path {}

  /** The matched prefix, or path, is replaced. */
  public record PrefixRewrite(String replacement) implements Path {}

  /** The matches of a pattern are replaced. */
  public record RegexPath(RegexRewrite rewrite) implements Path {}

  /** Source: envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig. */
  public record TemplateRewrite(String template) implements Path {}

  /** A format makes it. */
  public record FormatPath(Format format) implements Path {}

  /** A redirect's whole new path, with its own query if it has one. */
  public record ReplacePath(String path) implements Path {}

  /** What becomes of the authority. */
  public sealed interface Host {}

  /** It stays. */
  public record KeepHost() implements Host {}

  /** This one. */
  public record LiteralHost(String host) implements Host {}

  /** The hostname of the endpoint. */
  public record AutoHost() implements Host {}

  /** A request header's value. */
  public record HeaderHost(String header) implements Host {}

  /** Made from the path. */
  public record PathRegexHost(RegexRewrite rewrite) implements Host {}

  /** A format makes it. */
  public record FormatHost(Format format) implements Host {}
}
