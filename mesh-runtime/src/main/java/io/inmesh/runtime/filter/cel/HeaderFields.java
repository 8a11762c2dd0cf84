package io.inmesh.runtime.filter.cel;

import io.inmesh.call.Headers;
import io.inmesh.runtime.match.RequestInputs;
import io.inmesh.runtime.stage.FilteredCall;
import org.jspecify.annotations.Nullable;

/** The request headers as a map. */
record HeaderFields(FilteredCall call) {
  /** All values of a name in any case, joined by commas; null if there are none. */
  @Nullable String get(String name) {
    return of(call, Headers.lower(name));
  }

  /** The same of a call, by a lower-case name. */
  static @Nullable String of(FilteredCall call, String lower) {
    return RequestInputs.joined(call, lower);
  }
}
