package io.inmesh.runtime.filter.jwt;

import io.inmesh.config.JwtAuthentication;
import io.inmesh.config.JwtAuthentication.ClaimHeader;
import io.inmesh.config.JwtAuthentication.Results;
import io.inmesh.runtime.format.JsonText;
import io.inmesh.runtime.match.StringTest;
import io.inmesh.runtime.stage.FilteredCall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A provider of tokens, compiled: what it demands, and what becomes of its tokens. */
final class Issuer {
  private final JwtAuthentication.Provider settings;
  private final Set<String> audiences;
  private final @Nullable StringTest subject;
  private final List<Claim> claims;
  private final KeySource keys;
  private final TokenCache cache;

  private record Claim(String header, List<String> path) {
    Claim(ClaimHeader config) {
      this(config.header(), List.of(config.claim().split("\\.")));
    }
  }

  Issuer(JwtAuthentication.Provider settings, KeySource keys, TokenCache cache) {
    this.settings = settings;
    this.audiences = audiences(settings.audiences());
    this.subject = settings.subject().map(StringTest::of).orElse(null);
    this.claims = settings.results().claimHeaders().stream().map(Claim::new).toList();
    this.keys = keys;
    this.cache = cache;
  }

  /** Audiences as they are compared: without scheme and without a slash at the end. */
  static Set<String> audiences(List<String> names) {
    var all = new HashSet<String>();
    names.forEach(name -> all.add(audience(name)));
    return all;
  }

  private static String audience(String name) {
    String bare = name;
    for (String scheme : List.of("http://", "https://")) {
      if (bare.startsWith(scheme)) {
        bare = bare.substring(scheme.length());
        break;
      }
    }
    return bare.endsWith("/") ? bare.substring(0, bare.length() - 1) : bare;
  }

  JwtAuthentication.Provider settings() {
    return settings;
  }

  KeySource keys() {
    return keys;
  }

  TokenCache cache() {
    return cache;
  }

  /** What is wrong with a token whose signature is not looked at yet. */
  JwtStatus judge(Jwt jwt, long nowSeconds, @Nullable Set<String> otherAudiences) {
    long skew = settings.clockSkew().toSeconds();
    if (Long.compareUnsigned(nowSeconds + skew, jwt.nbf()) < 0) {
      return JwtStatus.NOT_YET_VALID;
    }
    if (jwt.exp() != 0 && nowSeconds - skew > jwt.exp()) {
      return JwtStatus.EXPIRED;
    }
    Set<String> allowed = otherAudiences == null ? audiences : otherAudiences;
    boolean anyone = allowed.isEmpty();
    for (int i = 0; !anyone && i < jwt.audiences().size(); i++) {
      anyone = allowed.contains(audience(jwt.audiences().get(i)));
    }
    if (!anyone) {
      return JwtStatus.AUDIENCE_NOT_ALLOWED;
    }
    boolean known = subject == null || subject.matches(jwt.sub());
    return known && isShortEnough(jwt, nowSeconds) ? JwtStatus.OK : JwtStatus.VERIFICATION_FAIL;
  }

  private boolean isShortEnough(Jwt jwt, long nowSeconds) {
    if (jwt.exp() == 0) {
      return !settings.requireExpiration() && settings.maxLifetime().isEmpty();
    }
    if (settings.maxLifetime().isEmpty()) {
      return true;
    }
    // Neither its life so far nor a birth in the future makes a token live longer.
    long from = jwt.iat() == 0 ? nowSeconds : Math.min(jwt.iat(), nowSeconds);
    return jwt.exp() - from <= settings.maxLifetime().get().toSeconds();
  }

  /**
   * Writes what a good token gives into the request.
   *
   * @param metadata takes what it gives of metadata
   * @return whether the route may change by that
   */
  boolean forward(Jwt jwt, Token token, FilteredCall call, Map<String, Object> metadata) {
    Results results = settings.results();
    if (!results.payloadHeader().isEmpty()) {
      call.editHeaders().add(results.payloadHeader(), payload(jwt, results));
    }
    for (Claim claim : claims) {
      String value = text(jwt.claim(claim.path()));
      if (!value.isEmpty()) {
        call.editHeaders().add(claim.header(), value);
      }
    }
    if (!settings.places().forward()) {
      token.place().remove(call);
    }
    if (!results.headerMetadata().isEmpty()) {
      metadata.put(results.headerMetadata(), jwt.header());
    }
    if (!results.payloadMetadata().isEmpty()) {
      metadata.put(results.payloadMetadata(), normalized(jwt.payload()));
    }
    return results.clearRouteCache();
  }

  private static String payload(Jwt jwt, Results results) {
    int missing = (4 - jwt.payloadText().length() % 4) % 4;
    return results.padPayloadHeader() ? jwt.payloadText() + "=".repeat(missing) : jwt.payloadText();
  }

  private static String text(@Nullable Object claim) {
    if (claim instanceof String text) {
      return text;
    }
    if (claim instanceof Double number) {
      return number == Math.rint(number) && Math.abs(number) < 0x1p63
          ? Long.toString(number.longValue())
          : String.format(Locale.ROOT, "%.6f", number);
    }
    if (claim instanceof Boolean) {
      return claim.toString();
    }
    String json = claim == null ? null : JsonText.plain(claim);
    return json == null
        ? ""
        : Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  /** Claims that hold words between spaces become lists. */
  private Map<String, Object> normalized(Map<String, Object> payload) {
    List<String> names = settings.results().spaceDelimitedClaims();
    if (names.isEmpty()) {
      return payload;
    }
    var changed = new LinkedHashMap<>(payload);
    for (String name : names) {
      if (payload.get(name) instanceof String words) {
        changed.put(name, new ArrayList<Object>(Arrays.asList(words.split(" "))));
      }
    }
    return changed;
  }
}
