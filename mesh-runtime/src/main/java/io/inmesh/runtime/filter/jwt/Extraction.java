package io.inmesh.runtime.filter.jwt;

import io.inmesh.config.JwtAuthentication;
import io.inmesh.config.JwtAuthentication.ClaimHeader;
import io.inmesh.config.JwtAuthentication.HeaderPlace;
import io.inmesh.runtime.match.Cookies;
import io.inmesh.runtime.match.QueryTest;
import io.inmesh.runtime.stage.FilteredCall;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Finds the tokens of some providers in requests, headers first, then parameters, then cookies. */
final class Extraction {
  private static final String BASE64_URL_AND_DOT =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

  private final List<Header> headers;
  private final List<Parameter> parameters;
  private final List<Cookie> cookies;
  private final Set<String> ownHeaders = new HashSet<>();

  private record Header(HeaderPlace at, Set<String> issuers) implements Token.Place {
    @Override
    public boolean allows(String issuer) {
      return isAllowed(issuers, issuer);
    }

    @Override
    public void remove(FilteredCall call) {
      call.editHeaders().remove(at.name());
    }
  }

  private record Parameter(String name, Set<String> issuers) implements Token.Place {
    @Override
    public boolean allows(String issuer) {
      return isAllowed(issuers, issuer);
    }

    @Override
    public void remove(FilteredCall call) {
      call.path(without(call.path(), name));
    }
  }

  /** Cookies stay where they are. */
  private record Cookie(String name, Set<String> issuers) implements Token.Place {
    @Override
    public boolean allows(String issuer) {
      return isAllowed(issuers, issuer);
    }

    @Override
    public void remove(FilteredCall call) {}
  }

  private static boolean isAllowed(Set<String> issuers, String issuer) {
    return issuers.contains("") || issuers.contains(issuer);
  }

  Extraction(Collection<JwtAuthentication.Provider> providers) {
    var headerIssuers = new TreeMap<String, Set<String>>();
    var headerPlaces = new TreeMap<String, HeaderPlace>();
    var parameterIssuers = new TreeMap<String, Set<String>>();
    var cookieIssuers = new TreeMap<String, Set<String>>();
    for (JwtAuthentication.Provider provider : providers) {
      var places = provider.places();
      boolean anywhere =
          places.headers().isEmpty() && places.parameters().isEmpty() && places.cookies().isEmpty();
      List<HeaderPlace> own =
          anywhere ? List.of(new HeaderPlace("authorization", "Bearer ")) : places.headers();
      for (HeaderPlace place : own) {
        headerPlaces.put(place.name() + place.prefix(), place);
        add(headerIssuers, place.name() + place.prefix(), provider);
      }
      List<String> parameterNames = anywhere ? List.of("access_token") : places.parameters();
      parameterNames.forEach(name -> add(parameterIssuers, name, provider));
      places.cookies().forEach(name -> add(cookieIssuers, name, provider));
      if (!provider.results().payloadHeader().isEmpty()) {
        ownHeaders.add(provider.results().payloadHeader());
      }
      provider.results().claimHeaders().stream().map(ClaimHeader::header).forEach(ownHeaders::add);
    }
    this.headers = new ArrayList<>();
    headerPlaces.forEach(
        (key, place) -> headers.add(new Header(place, issuers(headerIssuers, key))));
    this.parameters = new ArrayList<>();
    parameterIssuers.forEach((name, issuers) -> parameters.add(new Parameter(name, issuers)));
    this.cookies = new ArrayList<>();
    cookieIssuers.forEach((name, issuers) -> cookies.add(new Cookie(name, issuers)));
  }

  private static Set<String> issuers(Map<String, Set<String>> known, String key) {
    return known.getOrDefault(key, Set.of());
  }

  private static void add(
      Map<String, Set<String>> to, String key, JwtAuthentication.Provider provider) {
    to.computeIfAbsent(key, absent -> new HashSet<>()).add(provider.issuer());
  }

  /** Headers that only verified tokens may give must not come from outside. */
  void sanitize(FilteredCall call) {
    for (String name : ownHeaders) {
      if (call.headers().contains(name)) {
        call.editHeaders().remove(name);
      }
    }
  }

  /** Whether there is any token. */
  boolean finds(FilteredCall call) {
    return !tokens(call).isEmpty();
  }

  /** The tokens of a request. */
  List<Token> tokens(FilteredCall call) {
    var found = new ArrayList<Token>();
    for (Header header : headers) {
      if (call.headers().contains(header.at.name())) {
        call.headers().all(header.at.name()).forEach(value -> inHeader(value, header, found));
      }
    }
    for (Parameter parameter : parameters) {
      String value = QueryTest.value(call.path(), parameter.name);
      if (value != null) {
        found.add(new Token(decoded(value), parameter));
      }
    }
    for (Cookie cookie : cookies) {
      String value = Cookies.value(call.headers(), cookie.name);
      if (value != null) {
        found.add(new Token(value, cookie));
      }
    }
    return found;
  }

  private static void inHeader(String value, Header header, List<Token> found) {
    String prefix = header.at.prefix();
    if (prefix.isEmpty()) {
      found.add(new Token(value, header));
      return;
    }
    int at = value.indexOf(prefix);
    if (at >= 0) {
      int from = at + prefix.length();
      while (from < value.length() && BASE64_URL_AND_DOT.indexOf(value.charAt(from)) < 0) {
        from++;
      }
      found.add(new Token(from == value.length() ? value : value.substring(from), header));
    }
  }

  private static String decoded(String value) {
    if (value.indexOf('%') < 0) {
      return value;
    }
    try {
      return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      return value;
    }
  }

  /** Path and query without the parameters of a name. */
  static String without(String path, String name) {
    int question = path.indexOf('?');
    var kept = new StringBuilder();
    for (String pair : path.substring(question + 1).split("&")) {
      int equals = pair.indexOf('=');
      if (!(equals < 0 ? pair : pair.substring(0, equals)).equals(name)) {
        kept.append(kept.length() == 0 ? '?' : '&').append(pair);
      }
    }
    return path.substring(0, question) + kept;
  }
}
