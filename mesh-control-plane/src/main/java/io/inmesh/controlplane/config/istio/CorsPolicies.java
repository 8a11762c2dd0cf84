package io.inmesh.controlplane.config.istio;

import io.inmesh.config.Cors;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.StringMatcher;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads networking.istio.io CorsPolicy. */
final class CorsPolicies {
  private CorsPolicies() {}

  /** What becomes of preflight requests that no origin allows. */
  private enum UnmatchedPreflights {
    UNSPECIFIED,
    FORWARD,
    IGNORE
  }

  /** The policy of a route, if it has one. */
  static Optional<Cors.Policy> read(Fields route) {
    return route.find("corsPolicy").map(CorsPolicies::policy);
  }

  private static Cors.Policy policy(Value value) {
    Fields fields = value.fields();
    var origins = new ArrayList<StringMatcher>();
    fields.list("allowOrigin", Value::text).forEach(text -> origins.add(exact(text)));
    fields
        .list("allowOrigins", v -> StringMatches.read(v, false))
        .forEach(match -> match.ifPresent(origins::add));
    List<String> methods = fields.list("allowMethods", Value::text);
    List<String> headers = fields.list("allowHeaders", Value::text);
    List<String> exposed = fields.list("exposeHeaders", Value::text);
    Optional<Long> age = fields.read("maxAge", Value::positiveDuration).map(d -> d.toSeconds());
    Optional<Boolean> credentials = fields.read("allowCredentials", Value::flag);
    UnmatchedPreflights unmatched =
        fields
            .read("unmatchedPreflights", v -> v.choice(UnmatchedPreflights.class, Enum::name))
            .orElse(UnmatchedPreflights.UNSPECIFIED);
    fields.end();
    return new Cors.Policy(
        origins,
        String.join(",", methods),
        String.join(",", headers),
        String.join(",", exposed),
        age.map(String::valueOf).orElse(""),
        credentials,
        FractionalPercent.ALL,
        Optional.empty(),
        unmatched != UnmatchedPreflights.IGNORE);
  }

  /** In the old form a single star meant any origin. */
  private static StringMatcher exact(String text) {
    return text.equals("*")
        ? new StringMatcher.Prefix("", false)
        : new StringMatcher.Exact(text, false);
  }
}
