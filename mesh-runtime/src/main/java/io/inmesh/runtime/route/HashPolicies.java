package io.inmesh.runtime.route;

import io.inmesh.balance.XxHash64;
import io.inmesh.call.Headers;
import io.inmesh.config.HashPolicy;
import io.inmesh.runtime.format.CallFacts;
import io.inmesh.runtime.match.Cookies;
import io.inmesh.runtime.match.JoinedHeaders;
import io.inmesh.runtime.match.QueryTest;
import io.inmesh.runtime.match.RequestFields;
import io.inmesh.runtime.match.RouteInput;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A route's hash policies, compiled. */
final class HashPolicies {
  static final HashPolicies NONE = new HashPolicies(List.of());

  private final Policy[] policies;

  private record Policy(
      HashPolicy.Input input, boolean terminal, @Nullable RegexReplacement rewrite) {}

  HashPolicies(List<HashPolicy> config) {
    this.policies =
        config.stream()
            .map(p -> new Policy(p.input(), p.terminal(), rewrite(p.input())))
            .toArray(Policy[]::new);
  }

  private static @Nullable RegexReplacement rewrite(HashPolicy.Input input) {
    return input instanceof HashPolicy.Header header
        ? header.rewrite().map(RegexReplacement::new).orElse(null)
        : null;
  }

  /** Makes missing cookies where policies say so. */
  void run(CallFacts call, HashSink sink) {
    long hash = 0;
    boolean hashed = false;
    for (Policy policy : policies) {
      long next = 0;
      boolean found;
      if (policy.input instanceof HashPolicy.Cookie cookie && makes(call, cookie)) {
        String value = String.format("%016x", call.streamRandom());
        sink.onCookie(setCookie(cookie, value));
        next = XxHash64.of(value);
        found = true;
      } else {
        found = found(call, policy);
        next = found ? hash(call, policy) : 0;
      }
      if (found) {
        hash = hashed ? Long.rotateLeft(hash, 1) ^ next : next;
        hashed = true;
      }
      if (hashed && policy.terminal) {
        break;
      }
    }
    if (hashed) {
      sink.onHash(hash);
    }
  }

  /** The hash without any cookie made, else {@code otherwise}. */
  long orElse(RouteInput call, long otherwise) {
    long hash = 0;
    boolean hashed = false;
    for (Policy policy : policies) {
      if (found(call, policy)) {
        long next = hash(call, policy);
        hash = hashed ? Long.rotateLeft(hash, 1) ^ next : next;
        hashed = true;
        if (policy.terminal) {
          break;
        }
      }
    }
    return hashed ? hash : otherwise;
  }

  private static boolean makes(RouteInput call, HashPolicy.Cookie cookie) {
    return cookie.ttl().isPresent() && cookie(call, cookie) == null;
  }

  /** Null for a missing or an empty cookie. */
  private static @Nullable String cookie(RouteInput call, HashPolicy.Cookie cookie) {
    String value = Cookies.value(call.headers(), cookie.name());
    return value == null || value.isEmpty() ? null : value;
  }

  private static boolean found(RouteInput call, Policy policy) {
    HashPolicy.Input input = policy.input;
    if (input instanceof HashPolicy.Header header) {
      return RequestFields.first(call, header.name()) != null;
    }
    if (input instanceof HashPolicy.QueryParameter query) {
      return QueryTest.find(call.path(), query.name()) >= 0;
    }
    if (input instanceof HashPolicy.Cookie cookie) {
      return cookie(call, cookie) != null;
    }
    if (input instanceof HashPolicy.FilterState state) {
      return call.filterState(state.key()) != null;
    }
    return !call.callerAddress().isEmpty();
  }

  private static long hash(RouteInput call, Policy policy) {
    HashPolicy.Input input = policy.input;
    if (input instanceof HashPolicy.Header header) {
      return header(call, header.name(), policy.rewrite);
    }
    if (input instanceof HashPolicy.QueryParameter query) {
      return XxHash64.of(orEmpty(QueryTest.value(call.path(), query.name())));
    }
    if (input instanceof HashPolicy.Cookie cookie) {
      return XxHash64.of(orEmpty(cookie(call, cookie)));
    }
    if (input instanceof HashPolicy.FilterState state) {
      return XxHash64.of(orEmpty(call.filterState(state.key())));
    }
    return XxHash64.of(call.callerAddress());
  }

  private static String orEmpty(@Nullable String value) {
    return value == null ? "" : value;
  }

  private static long header(RouteInput call, String name, @Nullable RegexReplacement rewrite) {
    Headers headers = call.headers();
    String first = orEmpty(RequestFields.first(call, name));
    if (RequestFields.isPseudo(name) || count(headers, name) == 1) {
      return XxHash64.of(rewrite == null ? first : rewrite.apply(first));
    }
    List<String> values = new ArrayList<>(headers.all(name));
    if (JoinedHeaders.contains(name)) {
      values = new ArrayList<>(List.of(String.join(",", values)));
    }
    if (rewrite != null) {
      values.replaceAll(rewrite::apply);
    }
    Collections.sort(values);
    long hash = 0;
    for (String value : values) {
      hash = XxHash64.of(value, hash);
    }
    return hash;
  }

  private static int count(Headers headers, String name) {
    int count = 0;
    for (int i = 0, n = headers.size(); i < n; i++) {
      if (headers.name(i).equals(name)) {
        count++;
      }
    }
    return count;
  }

  private static String setCookie(HashPolicy.Cookie cookie, String value) {
    var out = new StringBuilder(cookie.name()).append("=\"").append(value).append('"');
    long seconds = cookie.ttl().map(ttl -> ttl.toSeconds()).orElse(0L);
    if (seconds > 0) {
      out.append("; Max-Age=").append(seconds);
    }
    if (!cookie.path().isEmpty()) {
      out.append("; Path=").append(cookie.path());
    }
    new TreeMap<>(cookie.attributes())
        .forEach(
            (name, text) -> {
              out.append("; ").append(name);
              if (!text.isEmpty()) {
                out.append('=').append(text);
              }
            });
    return out.append("; HttpOnly").toString();
  }
}
