package io.inmesh.runtime.route;

import io.inmesh.runtime.route.FormatText.Piece;
import org.jspecify.annotations.Nullable;

/** The commands {@code PATH} and {@code QUERY_PARAMS}. */
final class FormatPaths {
  private FormatPaths() {}

  static Piece path(String argument) {
    int colon = argument.indexOf(':');
    boolean query = !(colon < 0 ? argument : argument.substring(0, colon)).equals("NQ");
    String source = colon < 0 ? "" : argument.substring(colon + 1);
    return call -> {
      String path = from(call, source);
      int end = path == null || query ? -1 : path.indexOf('?');
      return end < 0 ? path : path.substring(0, end);
    };
  }

  static Piece query(String source) {
    return call -> {
      String path = from(call, source);
      int from = path == null ? -1 : path.indexOf('?');
      return from < 0 ? null : path.substring(from + 1);
    };
  }

  private static @Nullable String from(CallFacts call, String source) {
    String original = source.equals("PATH") ? null : call.headers().get("x-envoy-original-path");
    return original != null || source.equals("ORIG") ? original : call.path();
  }
}
