package io.inmesh.xds.codec;

import io.inmesh.config.Action;
import io.inmesh.config.Rewrite;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.UriTemplates;

/** URI templates (envoy.extensions.path), each alone and together. */
final class Templates {
  private static final int LONGEST = 256;

  private Templates() {}

  static String match(Decoding in, String template) {
    checkLength(in, "path_template", template);
    try {
      UriTemplates.pattern(template);
    } catch (IllegalArgumentException wrong) {
      throw in.refuse("path_template", wrong);
    }
    return in.text(template);
  }

  static String rewrite(Decoding in, String template) {
    checkLength(in, "path_template_rewrite", template);
    try {
      UriTemplates.rewrite(template);
    } catch (IllegalArgumentException wrong) {
      throw in.refuse("path_template_rewrite", wrong);
    }
    return in.text(template);
  }

  /**
   * Refuses a rewrite by template of a path that no template, or one without its names, matched.
   */
  static void together(Decoding in, RouteMatch.PathMatch path, Action.Forward action) {
    if (!(action.rewrite().path() instanceof Rewrite.TemplateRewrite rewrite)) {
      return;
    }
    if (!(path instanceof RouteMatch.UriTemplate match)) {
      throw in.refuse("route.path_rewrite_policy", "needs a URI template in match");
    }
    try {
      UriTemplates.check(
          UriTemplates.pattern(match.template()), UriTemplates.rewrite(rewrite.template()));
    } catch (IllegalArgumentException wrong) {
      throw in.refuse("route.path_rewrite_policy", wrong);
    }
  }

  /** Refuses to replace the prefix of a path that a template matched: there is none. */
  static void noPrefix(Decoding in, RouteMatch.PathMatch match, String field, Rewrite.Path path) {
    if (match instanceof RouteMatch.UriTemplate && path instanceof Rewrite.PrefixRewrite) {
      throw in.refuse(field + ".prefix_rewrite", "is not possible with a URI template");
    }
  }

  private static void checkLength(Decoding in, String field, String template) {
    if (template.isEmpty() || template.length() > LONGEST) {
      throw in.refuse(field, "must have 1 to " + LONGEST + " characters");
    }
  }
}
