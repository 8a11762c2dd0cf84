package io.inmesh.runtime.filter.jwt;

import io.inmesh.runtime.stage.FilteredCall;
import java.util.HashMap;
import java.util.Map;

/** One request under verification: what its tokens have given so far. */
final class Verification {
  final FilteredCall call;
  final long nowSeconds;
  final Map<String, Object> metadata = new HashMap<>();
  boolean clearsRoute;

  Verification(FilteredCall call, long nowSeconds) {
    this.call = call;
    this.nowSeconds = nowSeconds;
  }
}
