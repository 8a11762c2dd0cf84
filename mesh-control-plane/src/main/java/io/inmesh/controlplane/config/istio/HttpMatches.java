package io.inmesh.controlplane.config.istio;

import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.QueryParameterMatcher;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.RouteMatch.PathMatch;
import io.inmesh.config.StringMatcher;
import io.inmesh.controlplane.config.model.VirtualService.Match;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads networking.istio.io HTTPMatchRequest. */
final class HttpMatches {
  static final PathMatch ANY_PATH = new RouteMatch.Prefix("/", true);

  private HttpMatches() {}

  static Match read(Value value) {
    Fields fields = value.fields();
    boolean ignoreCase = fields.flag("ignoreUriCase", false);
    PathMatch path = fields.find("uri").map(uri -> path(uri, ignoreCase)).orElse(ANY_PATH);
    var headers = new ArrayList<HeaderMatcher>();
    fields
        .find("headers")
        .ifPresent(all -> all.entries().forEach((k, v) -> headers.add(header(k, v, false))));
    fields
        .find("withoutHeaders")
        .ifPresent(all -> all.entries().forEach((k, v) -> headers.add(header(k, v, true))));
    pseudo(fields, "method", ":method", headers);
    pseudo(fields, "authority", ":authority", headers);
    pseudo(fields, "scheme", ":scheme", headers);
    var queries = new ArrayList<QueryParameterMatcher>();
    fields
        .find("queryParams")
        .ifPresent(all -> all.entries().forEach((k, v) -> queries.add(query(k, v))));
    List<String> gateways = fields.list("gateways", Value::text);
    fields.ignore("statPrefix");
    var match =
        new Match(
            fields.text("name", ""),
            new RouteMatch(
                path,
                headers,
                queries,
                List.of(),
                List.of(),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty()),
            Hosts.labels(fields, "sourceLabels"),
            fields.text("sourceNamespace", ""),
            fields.integer("port", 0, 1, 65535),
            gateways.isEmpty() || gateways.contains("mesh"));
    fields.end();
    return match;
  }

  private static PathMatch path(Value uri, boolean ignoreCase) {
    Optional<StringMatcher> match = StringMatches.read(uri, ignoreCase);
    if (match.isEmpty()) {
      return ANY_PATH;
    }
    if (match.get() instanceof StringMatcher.Exact exact) {
      return new RouteMatch.Exact(exact.value(), !ignoreCase);
    }
    if (match.get() instanceof StringMatcher.Prefix prefix) {
      return new RouteMatch.Prefix(prefix.value(), !ignoreCase);
    }
    return new RouteMatch.Pattern(((StringMatcher.Pattern) match.get()).regex());
  }

  private static HeaderMatcher header(String name, Value value, boolean without) {
    if (!Headers.isName(name) && !name.startsWith(":")) {
      value.error("\"" + name + "\" is not a header name");
    }
    String lower = name.toLowerCase(Locale.ROOT);
    Optional<StringMatcher> match =
        value.isNull() ? Optional.empty() : StringMatches.read(value, false);
    boolean presence =
        match.isEmpty()
            || (match.get() instanceof StringMatcher.Exact exact && exact.value().isEmpty())
            || (match.get() instanceof StringMatcher.Prefix prefix && prefix.value().isEmpty());
    return presence
        ? new HeaderMatcher(lower, new HeaderMatcher.Present(true), without, false)
        : new HeaderMatcher(lower, new HeaderMatcher.Text(match.get()), without, without);
  }

  private static void pseudo(
      Fields fields, String field, String header, List<HeaderMatcher> headers) {
    fields
        .find(field)
        .flatMap(value -> StringMatches.read(value, false))
        .map(match -> new HeaderMatcher(header, new HeaderMatcher.Text(match), false, false))
        .ifPresent(headers::add);
  }

  private static QueryParameterMatcher query(String name, Value value) {
    if (name.isEmpty()) {
      value.error("the name of a query parameter must not be empty");
    }
    Optional<StringMatcher> match =
        value.isNull() ? Optional.empty() : StringMatches.read(value, false);
    boolean presence =
        match.isEmpty()
            || (match.get() instanceof StringMatcher.Exact exact && exact.value().isEmpty());
    return new QueryParameterMatcher(name, presence ? Optional.empty() : match, true);
  }
}
