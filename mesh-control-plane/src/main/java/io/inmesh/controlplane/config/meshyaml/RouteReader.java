package io.inmesh.controlplane.config.meshyaml;

import io.inmesh.config.Action;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.RetryPolicy;
import io.inmesh.config.RetryPolicy.BackOff;
import io.inmesh.config.Rewrite;
import io.inmesh.controlplane.config.model.DestinationRule.Subset;
import io.inmesh.controlplane.config.model.MeshDefaults;
import io.inmesh.controlplane.config.model.MeshSettings;
import io.inmesh.controlplane.config.model.VirtualService.Destination;
import io.inmesh.controlplane.config.model.VirtualService.Direct;
import io.inmesh.controlplane.config.model.VirtualService.Forward;
import io.inmesh.controlplane.config.model.VirtualService.HttpRoute;
import io.inmesh.controlplane.config.model.VirtualService.Match;
import io.inmesh.controlplane.config.model.VirtualService.Mirror;
import io.inmesh.controlplane.config.model.VirtualService.Redirect;
import io.inmesh.controlplane.config.model.VirtualService.Target;
import io.inmesh.controlplane.config.model.VirtualService.Weighted;
import io.inmesh.controlplane.config.yaml.Fields;
import io.inmesh.controlplane.config.yaml.Names;
import io.inmesh.controlplane.config.yaml.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the routes of a service, and what they inherit from it. */
final class RouteReader {
  private final MeshSettings settings;
  private final String namespace;
  private final String host;
  private final List<String> subsets;
  private final Fields service;

  RouteReader(
      MeshSettings settings, String namespace, String host, List<Subset> subsets, Fields service) {
    this.settings = settings;
    this.namespace = namespace;
    this.host = host;
    this.subsets = subsets.stream().map(Subset::name).toList();
    this.service = service;
  }

  /** What no rule takes goes to the service as a whole. */
  List<HttpRoute> read() {
    Duration timeout = service.read("timeout", RouteReader::timeout).orElse(MeshDefaults.TIMEOUT);
    Optional<RetryPolicy> retry =
        service.has("retry")
            ? service.find("retry").flatMap(v -> retry(v, true))
            : Optional.of(MeshDefaults.RETRY);
    var routes = new ArrayList<HttpRoute>(service.list("routes", v -> route(v, timeout, retry)));
    boolean all = routes.stream().anyMatch(route -> route.matches().isEmpty());
    if (!all) {
      var to = new Forward(List.of(weighted(new Destination(host, "", 0), 100)));
      routes.add(
          new HttpRoute(
              "default",
              List.of(),
              to,
              retry,
              timeout,
              Rewrite.NONE,
              HeaderMutations.NONE,
              List.of(),
              Map.of(),
              service.owner().position()));
    }
    return routes;
  }

  /** {@code off} stands for none. */
  private static Duration timeout(Value value) {
    return value.isOff() ? Duration.ZERO : value.positiveDuration();
  }

  private HttpRoute route(Value value, Duration timeout, Optional<RetryPolicy> retry) {
    Fields fields = value.fields();
    String name = fields.text("name", value.path().replaceAll(".*\\.routes", "routes"));
    List<Match> matches = fields.read("match", MatchReader::matches).orElse(List.of());
    Target target = target(fields);
    Rewrite rewrite = fields.read("rewrite", RouteReader::rewrite).orElse(Rewrite.NONE);
    HeaderMutations headers =
        fields.read("headers", MatchReader::headers).orElse(HeaderMutations.NONE);
    List<Mirror> mirrors = fields.read("mirror", this::mirror).map(List::of).orElse(List.of());
    var route =
        new HttpRoute(
            name,
            matches,
            target,
            fields.has("retry") ? fields.find("retry").flatMap(v -> retry(v, false)) : retry,
            fields.read("timeout", RouteReader::timeout).orElse(timeout),
            rewrite,
            headers,
            mirrors,
            Map.of(),
            fields.read("fallback", v -> ResilienceReader.fallback(v, this::destination)),
            value.position());
    fields.end();
    return route;
  }

  private Target target(Fields fields) {
    List<String> set = fields.present("to", "redirect", "respond");
    if (set.size() > 1) {
      fields.owner().error("only one of " + String.join(", ", set) + " may be set");
    }
    if (fields.has("redirect")) {
      return redirect(fields.find("redirect").orElseThrow());
    }
    if (fields.has("respond")) {
      return respond(fields.find("respond").orElseThrow());
    }
    return new Forward(
        fields.read("to", this::to).orElse(List.of(weighted(new Destination(host, "", 0), 100))));
  }

  private static Weighted weighted(Destination to, long weight) {
    return new Weighted(to, weight, HeaderMutations.NONE, Optional.empty());
  }

  /** The name of a destination, or weights by name. */
  private List<Weighted> to(Value value) {
    if (value.isScalar()) {
      return List.of(weighted(destination(value.text(), value), 100));
    }
    var to = new ArrayList<Weighted>();
    value
        .entries()
        .forEach(
            (name, weight) -> {
              long share = weight.whole(0, Integer.MAX_VALUE);
              Destination destination = destination(name, weight);
              if (share > 0) {
                to.add(weighted(destination, share));
              }
            });
    if (to.isEmpty()) {
      value.error("nothing has a weight above 0");
    }
    return to;
  }

  /**
   * {@code SUBSET} of this service, {@code *} for all of it, {@code SERVICE/*} or {@code
   * SERVICE/SUBSET}; a service of another namespace is {@code SERVICE.NAMESPACE}.
   */
  Destination destination(String name, Value value) {
    int slash = name.indexOf('/');
    if (slash > 0) {
      String service = name.substring(0, slash);
      String subset = name.substring(slash + 1);
      int dot = service.indexOf('.');
      String there = dot < 0 ? namespace : service.substring(dot + 1);
      String short1 = dot < 0 ? service : service.substring(0, dot);
      return new Destination(settings.host(short1, there), subset.equals("*") ? "" : subset, 0);
    }
    if (!name.equals("*") && !subsets.contains(name)) {
      value.error(
          "there is no subset " + name + " in this service" + Names.didYouMean(name, subsets));
    }
    return new Destination(host, name.equals("*") ? "" : name, 0);
  }

  private Mirror mirror(Value value) {
    if (value.isScalar()) {
      return new Mirror(destination(value.text(), value), FractionalPercent.ALL);
    }
    Fields fields = value.fields();
    Value to = fields.required("to").orElse(value);
    Destination destination = destination(to.isScalar() ? to.text() : "*", to);
    double share = fields.read("share", Value::percent).orElse(100.0);
    fields.end();
    return new Mirror(
        destination, new FractionalPercent((int) Math.round(share * 10_000), 1_000_000, ""));
  }

  private static Redirect redirect(Value value) {
    Fields fields = value.fields();
    Optional<String> path = fields.read("path", Value::text);
    var redirect =
        new Action.Redirect(
            fields.read("scheme", Value::text),
            false,
            fields.read("host", Value::text),
            fields.integer("port", 0, 1, 65535),
            path.isPresent() ? new Rewrite.ReplacePath(path.get()) : new Rewrite.KeepPath(),
            fields.integer("status", 302, 300, 399),
            false);
    if (!List.of(301, 302, 303, 307, 308).contains(redirect.status())) {
      value.error("status must be one of 301, 302, 303, 307, 308");
    }
    fields.end();
    return new Redirect(redirect, false);
  }

  private static Direct respond(Value value) {
    Fields fields = value.fields();
    int status = fields.required("status").map(v -> v.integer(200, 599)).orElse(200);
    String body = fields.text("body", "");
    fields.end();
    return new Direct(new Action.DirectResponse(status, body, Optional.empty()));
  }

  private static Rewrite rewrite(Value value) {
    Fields fields = value.fields();
    Optional<String> path = fields.read("path", Value::text);
    Optional<String> authority = fields.read("host", Value::text);
    fields.end();
    return new Rewrite(
        path.isPresent() ? new Rewrite.PrefixRewrite(path.get()) : new Rewrite.KeepPath(),
        authority.isPresent() ? new Rewrite.LiteralHost(authority.get()) : new Rewrite.KeepHost(),
        false);
  }

  /** Fields, or {@code off}. */
  private static Optional<RetryPolicy> retry(Value value, boolean ofService) {
    if (value.isOff()) {
      return Optional.empty();
    }
    Fields fields = value.fields();
    RetryPolicy base = MeshDefaults.RETRY;
    int attempts = fields.integer("attempts", base.retries(), 0, 100);
    var conditions = new Conditions();
    fields.list("on", conditions::read);
    Duration perTry = fields.read("per-try-timeout", Value::positiveDuration).orElse(Duration.ZERO);
    Optional<Duration> first = fields.read("back-off", Value::positiveDuration);
    if (ofService) {
      fields.ignore("budget");
    }
    fields.end();
    if (attempts == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new RetryPolicy(
            fields.has("on") ? conditions.on() : base.on(),
            attempts,
            perTry,
            Duration.ZERO,
            first.map(b -> new BackOff(b, b.multipliedBy(10))).orElse(BackOff.DEFAULT),
            Optional.empty(),
            conditions.codes(),
            List.of(),
            List.of(),
            base.hosts()));
  }
}
