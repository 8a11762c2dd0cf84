package io.inmesh.controlplane.config.meshyaml;

import io.inmesh.config.Format;
import io.inmesh.config.FormatCommands;
import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.HeaderMutations.Append;
import io.inmesh.config.HeaderMutations.HeaderValue;
import io.inmesh.config.QueryParameterMatcher;
import io.inmesh.config.Regex;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.RouteMatch.PathMatch;
import io.inmesh.config.StringMatcher;
import io.inmesh.controlplane.config.model.VirtualService.Match;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads what a request must be, and what becomes of its headers. */
final class MatchReader {
  private MatchReader() {}

  /** One match, or a list of which one must fit. */
  static List<Match> matches(Value value) {
    return value.isList()
        ? value.items().stream().map(MatchReader::match).toList()
        : List.of(match(value));
  }

  private static Match match(Value value) {
    Fields fields = value.fields();
    List<String> paths = fields.present("path", "path-prefix", "path-regex");
    if (paths.size() > 1) {
      value.error("only one of " + String.join(", ", paths) + " may be set");
    }
    PathMatch path = new RouteMatch.Prefix("/", true);
    if (!paths.isEmpty()) {
      path = path(paths.get(0), fields.find(paths.get(0)).orElseThrow());
    }
    var headers = new ArrayList<HeaderMatcher>();
    fields
        .find("headers")
        .ifPresent(all -> all.entries().forEach((k, v) -> headers.add(header(k, v))));
    List<String> methods = fields.list("methods", Value::text);
    if (!methods.isEmpty()) {
      headers.add(method(methods));
    }
    var queries = new ArrayList<QueryParameterMatcher>();
    fields
        .find("query")
        .ifPresent(
            all ->
                all.entries()
                    .forEach(
                        (k, v) ->
                            queries.add(new QueryParameterMatcher(k, Texts.matcher(v), true))));
    fields.end();
    var request =
        new RouteMatch(
            path,
            headers,
            queries,
            List.of(),
            List.of(),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty());
    return new Match("", request, Map.of(), "", 0, true);
  }

  private static PathMatch path(String kind, Value value) {
    if (kind.equals("path-regex")) {
      return new RouteMatch.Pattern(Texts.regex(value));
    }
    String path = value.text();
    if (!path.startsWith("/")) {
      value.error("must begin with a slash");
    }
    return kind.equals("path")
        ? new RouteMatch.Exact(path, true)
        : new RouteMatch.Prefix(path, true);
  }

  private static HeaderMatcher header(String name, Value value) {
    HeaderMatcher.Value wanted =
        Texts.matcher(value)
            .<HeaderMatcher.Value>map(HeaderMatcher.Text::new)
            .orElse(new HeaderMatcher.Present(true));
    return new HeaderMatcher(name(name, value), wanted, false, false);
  }

  private static HeaderMatcher method(List<String> methods) {
    StringMatcher matcher =
        methods.size() == 1
            ? new StringMatcher.Exact(methods.get(0), false)
            : new StringMatcher.Pattern(new Regex(String.join("|", methods)));
    return new HeaderMatcher(":method", new HeaderMatcher.Text(matcher), false, false);
  }

  static HeaderMutations headers(Value value) {
    Fields fields = value.fields();
    Optional<Fields> request = fields.find("request").map(Value::fields);
    Optional<Fields> response = fields.find("response").map(Value::fields);
    fields.end();
    var mutations =
        new HeaderMutations(
            request.map(MatchReader::added).orElse(List.of()),
            request.map(MatchReader::removed).orElse(List.of()),
            response.map(MatchReader::added).orElse(List.of()),
            response.map(MatchReader::removed).orElse(List.of()));
    request.ifPresent(Fields::end);
    response.ifPresent(Fields::end);
    return mutations;
  }

  private static List<HeaderValue> added(Fields fields) {
    var all = new ArrayList<HeaderValue>();
    fields.find("add").ifPresent(map -> add(map, Append.APPEND_IF_EXISTS_OR_ADD, all));
    fields.find("set").ifPresent(map -> add(map, Append.OVERWRITE_IF_EXISTS_OR_ADD, all));
    return all;
  }

  private static void add(Value map, Append append, List<HeaderValue> all) {
    map.entries().forEach((k, v) -> all.add(new HeaderValue(name(k, v), format(v), append, false)));
  }

  private static Format format(Value value) {
    try {
      return FormatCommands.check(Format.parse(value.text()));
    } catch (IllegalArgumentException e) {
      value.error(String.valueOf(e.getMessage()));
      return Format.literal("");
    }
  }

  private static List<String> removed(Fields fields) {
    return fields.list("remove", v -> name(v.text(), v));
  }

  private static String name(String name, Value value) {
    if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
      value.error("\"" + name + "\" is not a header name");
    }
    return name.toLowerCase(Locale.ROOT);
  }
}
