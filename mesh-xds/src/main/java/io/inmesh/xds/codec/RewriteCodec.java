package io.inmesh.xds.codec;

import com.google.protobuf.BoolValue;
import io.inmesh.config.Rewrite;
import io.inmesh.proto.envoy.config.core.v3.TypedExtensionConfig;
import io.inmesh.proto.envoy.config.route.v3.RedirectAction;
import io.inmesh.proto.envoy.config.route.v3.RouteAction;
import io.inmesh.proto.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;

/** What becomes of path and authority. */
final class RewriteCodec {
  private static final String URI_TEMPLATE =
      "envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig";

  private RewriteCodec() {}

  static Rewrite rewrite(Decoding in, RouteAction message) {
    return new Rewrite(path(in, message), host(in, message), message.getAppendXForwardedHost());
  }

  private static Rewrite.Path path(Decoding in, RouteAction message) {
    int given =
        (message.getPrefixRewrite().isEmpty() ? 0 : 1)
            + (message.hasRegexRewrite() ? 1 : 0)
            + (message.hasPathRewritePolicy() ? 1 : 0)
            + (message.getPathRewrite().isEmpty() ? 0 : 1);
    if (given > 1) {
      throw in.refuse(
          "only one of prefix_rewrite, regex_rewrite, path_rewrite_policy and path_rewrite may"
              + " be given");
    }
    if (message.hasRegexRewrite()) {
      return new Rewrite.RegexPath(
          in.inside("regex_rewrite", message.getRegexRewrite(), MatcherCodec::rewrite));
    }
    if (message.hasPathRewritePolicy()) {
      return in.inside(
          "path_rewrite_policy", message.getPathRewritePolicy(), RewriteCodec::template);
    }
    if (!message.getPathRewrite().isEmpty()) {
      String format = in.headerValue("path_rewrite", message.getPathRewrite());
      return new Rewrite.FormatPath(FormatCodec.format(in, "path_rewrite", format));
    }
    String prefix = in.headerValue("prefix_rewrite", message.getPrefixRewrite());
    return prefix.isEmpty() ? new Rewrite.KeepPath() : new Rewrite.PrefixRewrite(prefix);
  }

  private static Rewrite.Path template(Decoding in, TypedExtensionConfig policy) {
    in.required("name", policy.getName());
    String type = Decoding.typeOf(policy.getTypedConfig());
    if (!type.equals(URI_TEMPLATE)) {
      throw in.refuse("typed_config", "unknown path rewriter " + type);
    }
    in.enter("typed_config", -1);
    var config = in.parse(policy.getTypedConfig().getValue(), UriTemplateRewriteConfig.parser());
    var rewrite =
        new Rewrite.TemplateRewrite(Templates.rewrite(in, config.getPathTemplateRewrite()));
    in.leave();
    return rewrite;
  }

  private static Rewrite.Host host(Decoding in, RouteAction message) {
    switch (message.getHostRewriteSpecifierCase()) {
      case HOST_REWRITE_LITERAL:
        String literal = in.headerValue("host_rewrite_literal", message.getHostRewriteLiteral());
        return literal.isEmpty() ? new Rewrite.KeepHost() : new Rewrite.LiteralHost(literal);
      case AUTO_HOST_REWRITE:
        return message.getAutoHostRewrite().getValue()
            ? new Rewrite.AutoHost()
            : new Rewrite.KeepHost();
      case HOST_REWRITE_HEADER:
        String header =
            in.text(in.optionalHeaderName("host_rewrite_header", message.getHostRewriteHeader()));
        return header.isEmpty() ? new Rewrite.KeepHost() : new Rewrite.HeaderHost(header);
      case HOST_REWRITE_PATH_REGEX:
        return new Rewrite.PathRegexHost(
            in.inside(
                "host_rewrite_path_regex",
                message.getHostRewritePathRegex(),
                MatcherCodec::rewrite));
      case HOST_REWRITE:
        String format = in.headerValue("host_rewrite", message.getHostRewrite());
        return format.isEmpty()
            ? new Rewrite.KeepHost()
            : new Rewrite.FormatHost(FormatCodec.format(in, "host_rewrite", format));
      default:
        return new Rewrite.KeepHost();
    }
  }

  static Rewrite.Path redirect(Decoding in, RedirectAction message) {
    switch (message.getPathRewriteSpecifierCase()) {
      case PATH_REDIRECT:
        String path = in.headerValue("path_redirect", message.getPathRedirect());
        return path.isEmpty() ? new Rewrite.KeepPath() : new Rewrite.ReplacePath(path);
      case PREFIX_REWRITE:
        String prefix = in.headerValue("prefix_rewrite", message.getPrefixRewrite());
        return prefix.isEmpty() ? new Rewrite.KeepPath() : new Rewrite.PrefixRewrite(prefix);
      case REGEX_REWRITE:
        return new Rewrite.RegexPath(
            in.inside("regex_rewrite", message.getRegexRewrite(), MatcherCodec::rewrite));
      case PATH_REWRITE:
        String format = in.headerValue("path_rewrite", message.getPathRewrite());
        return format.isEmpty()
            ? new Rewrite.KeepPath()
            : new Rewrite.FormatPath(FormatCodec.format(in, "path_rewrite", format));
      default:
        return new Rewrite.KeepPath();
    }
  }

  static void encode(Rewrite rewrite, RouteAction.Builder message) {
    message.setAppendXForwardedHost(rewrite.appendForwardedHost());
    Rewrite.Path path = rewrite.path();
    if (path instanceof Rewrite.PrefixRewrite prefix) {
      message.setPrefixRewrite(prefix.replacement());
    } else if (path instanceof Rewrite.RegexPath regex) {
      message.setRegexRewrite(MatcherCodec.rewrite(regex.rewrite()));
    } else if (path instanceof Rewrite.TemplateRewrite template) {
      var config =
          UriTemplateRewriteConfig.newBuilder().setPathTemplateRewrite(template.template());
      message
          .getPathRewritePolicyBuilder()
          .setName("envoy.path.rewrite.uri_template.uri_template_rewriter")
          .setTypedConfig(Anys.of(URI_TEMPLATE, config.build()));
    } else if (path instanceof Rewrite.FormatPath format) {
      message.setPathRewrite(format.format().source());
    }
    host(rewrite.host(), message);
  }

  private static void host(Rewrite.Host host, RouteAction.Builder message) {
    if (host instanceof Rewrite.LiteralHost literal) {
      message.setHostRewriteLiteral(literal.host());
    } else if (host instanceof Rewrite.AutoHost) {
      message.setAutoHostRewrite(BoolValue.of(true));
    } else if (host instanceof Rewrite.HeaderHost header) {
      message.setHostRewriteHeader(header.header());
    } else if (host instanceof Rewrite.PathRegexHost regex) {
      message.setHostRewritePathRegex(MatcherCodec.rewrite(regex.rewrite()));
    } else if (host instanceof Rewrite.FormatHost format) {
      message.setHostRewrite(format.format().source());
    }
  }

  static void encode(Rewrite.Path path, RedirectAction.Builder message) {
    if (path instanceof Rewrite.ReplacePath replace) {
      message.setPathRedirect(replace.path());
    } else if (path instanceof Rewrite.PrefixRewrite prefix) {
      message.setPrefixRewrite(prefix.replacement());
    } else if (path instanceof Rewrite.RegexPath regex) {
      message.setRegexRewrite(MatcherCodec.rewrite(regex.rewrite()));
    } else if (path instanceof Rewrite.FormatPath format) {
      message.setPathRewrite(format.format().source());
    }
  }
}
