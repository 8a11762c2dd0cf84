package io.inmesh.runtime.filter.jwt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A set of keys; those that cannot be used are left out. Source: RFC 7517. */
final class Jwks {
  private final List<Jwk> keys;

  private Jwks(List<Jwk> keys) {
    this.keys = List.copyOf(keys);
  }

  /** The set; null if this is none, or no key of it can be used. */
  static @Nullable Jwks read(String text) {
    Map<String, Object> set = JsonObject.read(text);
    if (set == null || !(set.get("keys") instanceof List<?> members)) {
      return null;
    }
    var keys = new ArrayList<Jwk>();
    for (Object member : members) {
      Jwk key = member instanceof Map<?, ?> fields ? Jwk.read(fields) : null;
      if (key != null) {
        keys.add(key);
      }
    }
    return keys.isEmpty() ? null : new Jwks(keys);
  }

  /** Whether one of the keys has made the signature. */
  JwtStatus verify(Jwt jwt) {
    boolean fitting = false;
    for (Jwk key : keys) {
      if (!key.fits(jwt)) {
        continue;
      }
      fitting = true;
      JwtStatus status = key.verify(jwt);
      if (status != JwtStatus.VERIFICATION_FAIL) {
        return status;
      }
    }
    return fitting ? JwtStatus.VERIFICATION_FAIL : JwtStatus.NO_FITTING_KEY;
  }
}
