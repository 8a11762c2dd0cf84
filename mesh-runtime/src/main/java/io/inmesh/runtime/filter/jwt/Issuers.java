package io.inmesh.runtime.filter.jwt;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The providers of a filter. */
final class Issuers {
  private final Map<String, Issuer> byName;
  private final Map<String, Issuer> byIssuer = new HashMap<>();

  Issuers(Map<String, Issuer> byName) {
    this.byName = new TreeMap<>(byName);
    // Of several that take any issuer's tokens, Envoy asks the last.
    this.byName.values().forEach(one -> byIssuer.put(one.settings().issuer(), one));
  }

  Collection<Issuer> all() {
    return List.copyOf(byName.values());
  }

  Issuer named(String name) {
    Issuer found = byName.get(name);
    if (found == null) {
      throw new IllegalArgumentException("no such provider: " + name);
    }
    return found;
  }

  /** The provider of an issuer's tokens, else one that takes any issuer's, or null. */
  @Nullable Issuer of(String issuer) {
    Issuer own = byIssuer.get(issuer);
    return own == null ? byIssuer.get("") : own;
  }
}
