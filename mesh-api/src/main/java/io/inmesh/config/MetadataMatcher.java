package io.inmesh.config;

import java.util.List;

/** What dynamic metadata must be. Source: envoy.type.matcher.v3.MetadataMatcher. */
public record MetadataMatcher(
    String namespace, List<String> path, ValueMatcher value, boolean invert) {
  public MetadataMatcher {
    path = List.copyOf(path);
  }
}
