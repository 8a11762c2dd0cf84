package io.inmesh.runtime.filter.jwt;

import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** Tokens whose signatures were found good; bounded. Safe for use by many loops. */
final class TokenCache {
  private static final int LONGEST_TOKEN = 4096;

  private final int most;
  private final ConcurrentMap<String, Jwt> known = new ConcurrentHashMap<>();

  /** A cache; 0 for one that keeps nothing. */
  TokenCache(int most) {
    this.most = most;
  }

  @Nullable Jwt find(String token) {
    return most == 0 ? null : known.get(token);
  }

  void keep(String token, Jwt jwt) {
    if (most == 0 || token.length() > LONGEST_TOKEN) {
      return;
    }
    if (known.size() >= most) {
      Iterator<String> some = known.keySet().iterator();
      if (some.hasNext()) {
        known.remove(some.next());
      }
    }
    known.put(token, jwt);
  }
}
