package io.inmesh.controlplane.config.istio;

import io.inmesh.config.UriTemplates;
import io.inmesh.controlplane.config.yaml.Value;

/** Paths with {@code {*}} and {@code {**}} in AuthorizationPolicy. */
final class PathTemplates {
  private PathTemplates() {}

  static void check(Value value) {
    String path = value.text();
    if (!path.contains("{") && !path.contains("}")) {
      return;
    }
    String template = path.replace("{**}", "**").replace("{*}", "*");
    boolean whole = !template.contains("{") && !template.contains("}");
    for (String segment : path.split("/", -1)) {
      whole &= !segment.contains("*") || segment.equals("{*}") || segment.equals("{**}");
    }
    if (!whole) {
      value.error("{*} and {**} are whole segments of a path, without other wildcards");
      return;
    }
    try {
      UriTemplates.pattern(template);
    } catch (IllegalArgumentException wrong) {
      value.error(String.valueOf(wrong.getMessage()));
    }
  }
}
