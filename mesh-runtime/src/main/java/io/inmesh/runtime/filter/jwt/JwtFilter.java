package io.inmesh.runtime.filter.jwt;

import io.inmesh.call.Headers;
import io.inmesh.config.Extension;
import io.inmesh.config.JwtAuthentication;
import io.inmesh.runtime.match.MatchTest;
import io.inmesh.runtime.match.RequestFields;
import io.inmesh.runtime.stage.FilteredCall;
import io.inmesh.runtime.stage.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lets requests pass whose tokens are good. Source: envoy.extensions.filters.http.jwt_authn.v3. */
public final class JwtFilter extends Stage {
  private static final String NAMESPACE = "envoy.filters.http.jwt_authn";

  private static final int LONGEST_PATH = 256;

  private final Rule[] rules;
  private final String wrongName;
  private final boolean bypassPreflight;
  private final boolean stripFailure;
  private final Supplier<Instant> clock;
  private final Extraction everywhere;
  private final boolean local;

  /** A null match fits all, a null verifier needs nothing. */
  private record Rule(@Nullable MatchTest match, @Nullable Verifier verifier) {}

  private JwtFilter(JwtAuthentication settings, Rule[] rules, String wrongName, JwtParts parts) {
    this.rules = rules;
    this.wrongName = wrongName;
    this.bypassPreflight = settings.bypassPreflight();
    this.stripFailure = settings.stripFailure();
    this.clock = parts.clock();
    this.everywhere = parts.everywhere();
    this.local =
        settings.providers().values().stream()
            .allMatch(provider -> provider.jwks() instanceof JwtAuthentication.LocalJwks);
  }

  /** The filter as its own settings say. */
  static JwtFilter ofRules(JwtAuthentication settings, JwtParts parts) {
    var rules = new ArrayList<Rule>();
    for (JwtAuthentication.Rule rule : settings.rules()) {
      rules.add(
          new Rule(
              new MatchTest(rule.match(), parts.runtime()),
              rule.requirement().map(parts::verifier).orElse(null)));
    }
    return new JwtFilter(settings, rules.toArray(Rule[]::new), "", parts);
  }

  /** The filter where a route names a requirement. */
  static JwtFilter named(JwtAuthentication settings, String name, JwtParts parts) {
    JwtAuthentication.Requirement requirement = settings.requirements().get(name);
    if (requirement == null) {
      String known = String.join(", ", settings.requirements().keySet());
      String wrong = "Wrong requirement_name: " + name + ". It should be one of [" + known + "]";
      return new JwtFilter(settings, new Rule[0], wrong, parts);
    }
    var rule = new Rule(null, parts.verifier(requirement));
    return new JwtFilter(settings, new Rule[] {rule}, "", parts);
  }

  /** Fetched keys are nothing that explaining a request may ask for. */
  @Override
  public boolean isPure() {
    return local;
  }

  @Override
  protected Verdict request(FilteredCall call) {
    everywhere.sanitize(call);
    if (bypassPreflight && isPreflight(call)) {
      return Verdict.CONTINUE;
    }
    if (!wrongName.isEmpty()) {
      call.reply(403, Headers.EMPTY, "Failed JWT authentication", JwtStatus.details(wrongName));
      return Verdict.STOP;
    }
    Verifier verifier = verifier(call);
    if (verifier == null) {
      return Verdict.CONTINUE;
    }
    var missing = new ArrayList<KeySource>();
    verifier.pending(call, missing::add);
    if (missing.isEmpty()) {
      return verify(verifier, call);
    }
    await(verifier, call, missing, 0);
    return Verdict.STOP;
  }

  /** Waits for one source of keys after the other. */
  private void await(Verifier verifier, FilteredCall call, List<KeySource> sources, int next) {
    if (next < sources.size()) {
      sources.get(next).await(call, () -> await(verifier, call, sources, next + 1));
    } else if (!call.isOver() && verify(verifier, call) == Verdict.CONTINUE) {
      call.resume();
    }
  }

  private static boolean isPreflight(FilteredCall call) {
    return call.method().equals("OPTIONS")
        && isGiven(call, "origin")
        && isGiven(call, "access-control-request-method");
  }

  private static boolean isGiven(FilteredCall call, String header) {
    String value = call.headers().get(header);
    return value != null && !value.isEmpty();
  }

  private @Nullable Verifier verifier(FilteredCall call) {
    int end = RequestFields.pathEnd(call.path());
    for (Rule rule : rules) {
      if (rule.match == null || rule.match.matches(call, call.path(), end)) {
        return rule.verifier;
      }
    }
    return null;
  }

  private Verdict verify(Verifier verifier, FilteredCall call) {
    String uri = uri(call);
    var request = new Verification(call, clock.get().getEpochSecond());
    JwtStatus status = verifier.verify(request);
    request.metadata.forEach((key, value) -> call.putMetadata(NAMESPACE, key, value));
    if (request.clearsRoute) {
      call.clearRoute();
    }
    if (status == JwtStatus.OK) {
      return Verdict.CONTINUE;
    }
    refuse(call, status, uri);
    return Verdict.STOP;
  }

  private void refuse(FilteredCall call, JwtStatus status, String uri) {
    int code = status == JwtStatus.AUDIENCE_NOT_ALLOWED ? 403 : 401;
    if (stripFailure) {
      call.reply(code, Headers.EMPTY, "", status.details());
      return;
    }
    String error = status == JwtStatus.MISSED ? "" : ", error=\"invalid_token\"";
    Headers headers = Headers.of("www-authenticate", "Bearer realm=\"" + uri + "\"" + error);
    call.reply(code, headers, status.text(), status.details());
  }

  /** What was asked for, cut off where Envoy cuts it off. */
  private static String uri(FilteredCall call) {
    String scheme = call.headers().get("x-forwarded-proto");
    String path = call.path();
    return (scheme == null ? call.scheme() : scheme)
        + "://"
        + call.authority()
        + (path.length() > LONGEST_PATH ? path.substring(0, LONGEST_PATH) : path);
  }

  /** What makes filters of settings and of what routes say. */
  public static JwtFilter of(JwtAuthentication settings, List<Extension> ofRoutes, JwtParts parts) {
    if (!ofRoutes.isEmpty() && ofRoutes.get(0) instanceof JwtAuthentication.PerRoute route) {
      return route
          .requirement()
          .map(name -> named(settings, name, parts))
          .orElseGet(() -> new JwtFilter(settings, new Rule[0], "", parts));
    }
    return ofRules(settings, parts);
  }
}
