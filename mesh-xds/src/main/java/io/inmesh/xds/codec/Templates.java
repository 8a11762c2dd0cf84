package io.inmesh.xds.codec;

import io.inmesh.proto.envoy.config.route.v3.RouteAction;
import io.inmesh.proto.envoy.config.route.v3.RouteMatch;

/** URI templates (envoy.extensions.path): both texts, checked. */
final class Templates {
  private static final int LONGEST = 256;

  private Templates() {}

  static String match(Decoding in, String template) {
    checkLength(in, "path_template", template);
    if (!template.startsWith("/")) {
      throw in.refuse("path_template", "is invalid: must begin with a slash");
    }
    return in.text(template);
  }

  static String rewrite(Decoding in, String template) {
    checkLength(in, "path_template_rewrite", template);
    return in.text(template);
  }

  /** Refuses a template rewrite of a path that no template matched. */
  static void together(Decoding in, RouteMatch match, RouteAction action) {
    if (action.hasPathRewritePolicy() && !match.hasPathMatchPolicy()) {
      throw in.refuse("route.path_rewrite_policy", "needs a URI template in match");
    }
  }

  private static void checkLength(Decoding in, String field, String template) {
    if (template.isEmpty() || template.length() > LONGEST) {
      throw in.refuse(field, "must have 1 to " + LONGEST + " characters");
    }
  }
}
