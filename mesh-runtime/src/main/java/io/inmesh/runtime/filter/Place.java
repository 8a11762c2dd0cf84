package io.inmesh.runtime.filter;

import io.inmesh.config.LocalRateLimit.VirtualHostLimits;
import io.inmesh.config.RateLimit;
import io.inmesh.runtime.format.ProcessFacts;
import io.inmesh.runtime.live.Scope;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.runtime.stage.Errands;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a filter's settings stand, and what the filter may use.
 *
 * @param owner the path of that place: state that outlives an update is kept in {@code live} under
 *     it
 * @param limits what the route, if there is one, says requests count for
 */
public record Place(
    String owner,
    Scope live,
    RuntimeValues runtime,
    ProcessFacts process,
    Errands errands,
    Limits limits) {
  /** The rate limits of a route and of its virtual host. */
  public record Limits(RateLimit.OfRoute ofRoute, List<RateLimit> ofHost) {
    /** None. */
    public static final Limits NONE = new Limits(RateLimit.OfRoute.NONE, List.of());

    public Limits {
      ofHost = List.copyOf(ofHost);
    }

    /** Those that count: the route's, and the virtual host's where they are asked for. */
    public List<RateLimit> counting(VirtualHostLimits rule) {
      boolean included = ofRoute.withVirtualHost() || rule == VirtualHostLimits.INCLUDE;
      boolean both = included || (rule == VirtualHostLimits.OVERRIDE && ofRoute.limits().isEmpty());
      if (!both) {
        return ofRoute.limits();
      }
      var all = new ArrayList<>(ofRoute.limits());
      all.addAll(ofHost);
      return all;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
      return ofRoute.limits().isEmpty() && ofHost.isEmpty();
    }
  }
}
