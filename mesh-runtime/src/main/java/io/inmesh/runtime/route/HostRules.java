package io.inmesh.runtime.route;

import io.inmesh.config.Action.Redirect;
import io.inmesh.config.Rewrite;
import io.inmesh.config.Route;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.VirtualHost;
import io.inmesh.config.VirtualHost.RequireTls;
import io.inmesh.explain.Explanation.RouteStep;
import io.inmesh.runtime.match.DecisionTree;
import io.inmesh.runtime.match.RequestFields;
import io.inmesh.runtime.match.RequestInputs;
import io.inmesh.runtime.match.RouteInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The routes of a virtual host, compiled. */
final class HostRules<P> {
  /** Where a virtual host sends those who do not use TLS. */
  static final Route TO_TLS =
      new Route(
          "",
          RouteMatch.of(new RouteMatch.Prefix("", true)),
          new Redirect(
              Optional.empty(), true, Optional.empty(), 0, new Rewrite.KeepPath(), 301, false));

  final VirtualHost config;
  private final List<RouteRule<P>> rules;
  private final RouteIndex<RouteRule<P>> index;
  private final @Nullable RouteRule<P> toTls;
  private final boolean ignoreParameters;

  /** Whether a route that the index is sure of is the one. */
  private final boolean atOnce;

  /** How a request comes to its routes; null if all are tried. */
  private final @Nullable DecisionTree<RouteInput, List<Integer>> choice;

  HostRules(Levels.HostLevels levels, Parts<P> parts) {
    this.config = levels.host();
    var compiled = new ArrayList<RouteRule<P>>();
    for (Route route : config.routes()) {
      compiled.add(new RouteRule<>(new Levels(levels, route, compiled.size()), parts));
    }
    this.rules = List.copyOf(compiled);
    this.index = new RouteIndex<>(rules, rule -> rule.match);
    this.toTls =
        config.policy().requireTls() == RequireTls.NONE
            ? null
            : new RouteRule<>(new Levels(levels, TO_TLS, rules.size()), parts);
    var inputs =
        new RequestInputs(levels.settings().runtime(), levels.settings().process().environment());
    this.choice = config.choice().map(tree -> new DecisionTree<>(tree, inputs)).orElse(null);
    this.ignoreParameters = levels.config().options().ignorePathParameters();
    this.atOnce = choice == null && !ignoreParameters;
  }

  @Nullable RouteEntry<P> match(RouteInput call, @Nullable RouteTrace trace) {
    if (toTls != null && mustUseTls(call)) {
      if (trace != null) {
        trace.routes(List.of(new RouteStep("", -1, "", config.metadata().source())));
      }
      return toTls.choose(call, trace);
    }
    String path = call.path();
    if (atOnce && trace == null) {
      RouteRule<P> sure = index.find(path).sure;
      if (sure != null) {
        return sure.choose(call, null);
      }
    }
    int end = RequestFields.pathEnd(path);
    if (ignoreParameters) {
      int parameters = path.indexOf(';');
      end = parameters >= 0 && parameters < end ? parameters : end;
    }
    RouteRule<P> rule = choice == null ? first(call, path, end) : chosen(call, path, end);
    if (trace != null) {
      trace.routes(tried(call, path, end, rule));
    }
    return rule == null ? null : rule.choose(call, trace);
  }

  /** All rules up to the one that was taken, and why the others were not. */
  private List<RouteStep> tried(
      RouteInput call, String path, int end, @Nullable RouteRule<P> taken) {
    var steps = new ArrayList<RouteStep>();
    for (RouteRule<P> rule : rules) {
      Route route = config.routes().get(steps.size());
      String failed =
          rule == taken
              ? ""
              : choice != null && !isChosen(call, steps.size())
                  ? "the matcher tree does not lead here"
                  : rule.match.mismatch(call, path, end);
      String source = route.metadata().source();
      steps.add(
          new RouteStep(
              route.name(),
              steps.size(),
              failed == null ? "all conditions hold, but it was not found" : failed,
              source.isEmpty() ? config.metadata().source() : source));
      if (rule == taken) {
        break;
      }
    }
    return steps;
  }

  private boolean isChosen(RouteInput call, int place) {
    List<Integer> places = choice == null ? null : choice.decide(call);
    return places != null && places.contains(place);
  }

  /** The first that matches of those that the tree leads to. */
  private @Nullable RouteRule<P> chosen(RouteInput call, String path, int end) {
    List<Integer> places = choice == null ? null : choice.decide(call);
    for (int i = 0; places != null && i < places.size(); i++) {
      RouteRule<P> rule = rules.get(places.get(i));
      if (rule.match.matches(call, path, end)) {
        return rule;
      }
    }
    return null;
  }

  /** Merges the index's two lists, so that the first match in the config's order is found. */
  private @Nullable RouteRule<P> first(RouteInput call, String path, int end) {
    RouteIndex.Found<RouteRule<P>> fitting = index.find(path, end);
    RouteRule<P> sure = fitting.sure;
    if (sure != null) {
      return sure;
    }
    int[] found = fitting.candidates;
    int[] others = index.others;
    int a = 0;
    int b = 0;
    while (a < found.length || b < others.length) {
      boolean fromTree = b == others.length || (a < found.length && found[a] < others[b]);
      RouteRule<P> rule = rules.get(fromTree ? found[a++] : others[b++]);
      if (rule.match.matches(call, path, end)) {
        return rule;
      }
    }
    return null;
  }

  private boolean mustUseTls(RouteInput call) {
    boolean secure = "https".equals(call.headers().get("x-forwarded-proto"));
    boolean all = config.policy().requireTls() == RequireTls.ALL;
    return !secure && (all || !call.internal());
  }

  boolean upToDate(Parts<P> parts) {
    for (RouteRule<P> rule : rules) {
      for (RouteEntry<P> entry : rule.entries) {
        if (!parts.upToDate(entry.parts())) {
          return false;
        }
      }
    }
    return true;
  }
}
