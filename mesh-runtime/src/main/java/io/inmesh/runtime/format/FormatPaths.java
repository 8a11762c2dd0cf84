package io.inmesh.runtime.format;

import io.inmesh.runtime.format.FormatText.Piece;
import io.inmesh.runtime.match.QueryTest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
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
      if (path == null || query) {
        return path;
      }
      int end = path.indexOf('?');
      return end < 0 ? path : path.substring(0, end);
    };
  }

  /** The first parameter of that name, percent-decoded. */
  static Piece parameter(String name) {
    return call -> {
      String raw = QueryTest.value(call.path(), name);
      return raw == null ? null : decoded(raw);
    };
  }

  private static String decoded(String raw) {
    if (raw.indexOf('%') < 0) {
      return raw;
    }
    var bytes = new ByteArrayOutputStream();
    byte[] from = raw.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < from.length; i++) {
      int high = from[i] == '%' && i + 2 < from.length ? Character.digit(from[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(from[i + 2], 16);
      if (low < 0) {
        bytes.write(from[i]);
      } else {
        bytes.write(high << 4 | low);
        i += 2;
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  static Piece query(String source) {
    return call -> {
      String path = from(call, source);
      if (path == null) {
        return null;
      }
      int from = path.indexOf('?');
      return from < 0 ? null : path.substring(from + 1);
    };
  }

  private static @Nullable String from(CallFacts call, String source) {
    String original = source.equals("PATH") ? null : call.headers().get("x-envoy-original-path");
    return original != null || source.equals("ORIG") ? original : call.path();
  }
}
