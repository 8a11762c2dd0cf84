package io.inmesh.runtime.route;

import io.inmesh.call.Headers;

/** The header {@code via}. */
final class Via {
  private Via() {}

  static void append(Headers headers, String value) {
    String before = headers.get("via");
    headers.set("via", before == null || before.isEmpty() ? value : before + ", " + value);
  }
}
