package io.inmesh.runtime.balance;

import io.inmesh.balance.Pick;
import io.inmesh.balance.PickContext;
import io.inmesh.balance.Picker;
import io.inmesh.config.Balancing;
import java.util.ArrayList;
import java.util.List;

/**
 * Picks over several clusters as if their priorities were one after the other. Immutable. Source:
 * envoy.extensions.clusters.aggregate.v3.ClusterConfig.
 */
public final class AggregatePicker implements Describable {
  private final List<Levels> pickers = new ArrayList<>();
  private final List<Integer> levels = new ArrayList<>();
  private final PriorityLoads loads;
  private final List<PriorityLoads.Health> healths = new ArrayList<>();

  /**
   * @param members the clusters' own pickers, in order; those that are none of a {@link
   *     ClusterBalancer} are left out
   */
  public AggregatePicker(List<Picker> members, Balancing config) {
    for (Picker member : members) {
      if (member instanceof Levels leveled) {
        for (int level = 0; level < leveled.healths().size(); level++) {
          if (leveled.healths().get(level).hosts() > 0) {
            pickers.add(leveled);
            levels.add(level);
            healths.add(leveled.healths().get(level));
          }
        }
      }
    }
    loads =
        healths.isEmpty()
            ? new PriorityLoads(List.of(PriorityLoads.NO_HOSTS), 0)
            : new PriorityLoads(healths, config.panicThreshold());
  }

  @Override
  public Described describe(PickContext context) {
    return new Described("", host -> true, loads.describe(healths));
  }

  @Override
  public Pick pick(PickContext context) {
    if (pickers.isEmpty()) {
      return Pick.None.NO_HOSTS;
    }
    int chosen = loads.choose(context.hashed() ? context.hash() : context.random());
    int at = chosen < 0 ? ~chosen : chosen;
    int level = levels.get(at);
    return pickers.get(at).pick(chosen < 0 ? ~level : level, context);
  }
}
