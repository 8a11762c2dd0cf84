package io.inmesh.runtime.route;

import io.inmesh.config.Action.Forward;
import io.inmesh.config.ClusterSpecifier.Entry;
import io.inmesh.config.ClusterSpecifier.Weighted;
import io.inmesh.explain.Explanation.Share;
import io.inmesh.explain.Explanation.Split;
import io.inmesh.runtime.match.MatchTest;
import io.inmesh.runtime.match.Numbers;
import io.inmesh.runtime.match.RouteInput;
import io.inmesh.runtime.match.RuntimeValues;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A route's match and its entry, or the entries of its split. */
final class RouteRule<P> {
  final MatchTest match;

  final List<RouteEntry<P>> entries;

  /** The entry, where there is no choice. */
  private final @Nullable RouteEntry<P> only;

  private final long[] weights;
  private final long total;
  private final @Nullable String randomHeader;
  private final boolean byHash;

  RouteRule(Levels levels, Parts<P> parts) {
    this.match = new MatchTest(levels.route.match(), levels.settings.runtime());
    if (levels.route.action() instanceof Forward to
        && to.clusters() instanceof Weighted split
        && !split.entries().isEmpty()) {
      this.entries = shares(levels, split, parts);
      this.weights = weights(split, levels.settings.runtime());
      this.randomHeader = split.randomHeader().orElse(null);
      this.byHash = split.useHashPolicy();
    } else {
      this.entries = List.of(new RouteEntry<>(levels, match, parts));
      this.weights = new long[] {1};
      this.randomHeader = null;
      this.byHash = false;
    }
    long sum = 0;
    for (long weight : weights) {
      sum += weight;
    }
    this.total = sum;
    this.only = entries.size() == 1 || total == 0 ? entries.get(0) : null;
  }

  private List<RouteEntry<P>> shares(Levels levels, Weighted split, Parts<P> parts) {
    var shares = new ArrayList<RouteEntry<P>>();
    for (Entry entry : split.entries()) {
      shares.add(new RouteEntry<>(levels.share(entry, shares.size()), match, parts));
    }
    return List.copyOf(shares);
  }

  private static long[] weights(Weighted split, RuntimeValues runtime) {
    long[] weights = new long[split.entries().size()];
    for (int i = 0; i < weights.length; i++) {
      Entry entry = split.entries().get(i);
      String prefix = split.runtimeKeyPrefix();
      String key = prefix.isEmpty() ? "" : prefix + "." + entry.cluster().orElse("");
      weights[i] = Math.max(0, runtime.number(key, entry.weight()));
    }
    return weights;
  }

  /**
   * The entry for a call that matches.
   *
   * @param trace is told of the draw; null for nobody
   */
  RouteEntry<P> choose(RouteInput call, @Nullable RouteTrace trace) {
    RouteEntry<P> known = only;
    return known == null ? drawn(call, trace) : known;
  }

  private RouteEntry<P> drawn(RouteInput call, @Nullable RouteTrace trace) {
    long draw = draw(call);
    long ticket = Long.remainderUnsigned(draw, total);
    int at = 0;
    while (ticket >= weights[at]) {
      ticket -= weights[at++];
    }
    if (trace != null) {
      trace.split(split(call, draw, at));
    }
    return entries.get(at);
  }

  private Split split(RouteInput call, long draw, int drawn) {
    var shares = new ArrayList<Share>();
    for (int i = 0; i < weights.length; i++) {
      shares.add(new Share(entries.get(i).cluster(call), weights[i], i == drawn));
    }
    boolean own = draw == call.streamRandom();
    String by = own ? "random number" : byHash ? "hash policy" : "header " + randomHeader;
    return new Split(
        by, Long.toUnsignedString(draw), total, Long.remainderUnsigned(draw, total), shares);
  }

  private long draw(RouteInput call) {
    if (byHash) {
      return entries.get(0).hashPolicies().orElse(call, call.streamRandom());
    }
    if (randomHeader != null && call.headers().all(randomHeader).size() == 1) {
      String text = call.headers().get(randomHeader);
      Long number = text == null ? null : Numbers.unsigned(text);
      if (number != null) {
        return number;
      }
    }
    return call.streamRandom();
  }
}
