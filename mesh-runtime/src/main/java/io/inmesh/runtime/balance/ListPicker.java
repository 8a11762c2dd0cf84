package io.inmesh.runtime.balance;

import io.inmesh.balance.PickContext;
import io.inmesh.runtime.balance.Level.LocalityHosts;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Picks by a policy that looks at lists of hosts: round robin, least request, random. */
final class ListPicker extends Leveled {
  private final Sources[] levels;
  private final boolean failOnPanic;

  /** What the picker of one list belongs to: levels of the whole cluster, or of a subset. */
  record ListName(Object owner, int priority, String kind, Object locality) {}

  /**
   * @param owner names the hosts that this is about, for what is kept
   * @param zones how the first level is spread over zones
   */
  ListPicker(
      Object owner,
      List<Level> levels,
      Settings settings,
      Selectors selectors,
      @Nullable ZoneRouting zones) {
    super(settings.healths(levels), settings.loads(levels));
    this.failOnPanic = settings.config().failTrafficOnPanic();
    this.levels = new Sources[levels.size()];
    for (int i = 0; i < this.levels.length; i++) {
      this.levels[i] =
          new Sources(
              owner, i, levels.get(i), settings, loads.panics(i), selectors, i == 0 ? zones : null);
    }
  }

  /** Hosts are drawn by the selector: these bits choose the level only. */
  @Override
  long draw(PickContext context) {
    return loads.hasSole() ? 0 : context.random();
  }

  @Override
  boolean drawsAgain() {
    return true;
  }

  @Override
  @Nullable Member choose(int level, long draw, int attempt, PickContext context) {
    boolean degraded = level < 0;
    int priority = degraded ? ~level : level;
    Sources from = levels[priority];
    Selector selector;
    if (loads.panics(priority)) {
      selector = failOnPanic ? null : from.all;
    } else {
      selector = from.selector(degraded, context);
    }
    return selector == null ? null : selector.choose(context);
  }

  /** The lists of one level; only those that can be asked for. */
  private static final class Sources {
    final @Nullable Selector all;
    private final @Nullable Selector healthy;
    private final @Nullable Selector degraded;
    private final @Nullable Selector[] healthyByLocality;
    private final @Nullable Selector[] degradedByLocality;
    private final @Nullable Localities healthyLocalities;
    private final @Nullable Localities degradedLocalities;
    private final @Nullable ZoneRouting zones;

    Sources(
        Object owner,
        int priority,
        Level level,
        Settings settings,
        boolean panics,
        Selectors selectors,
        @Nullable ZoneRouting zones) {
      this.zones = zones;
      all = panics ? selectors.of(new ListName(owner, priority, "all", ""), level.all()) : null;
      healthy = selectors.of(new ListName(owner, priority, "healthy", ""), level.healthy());
      degraded = selectors.of(new ListName(owner, priority, "degraded", ""), level.degraded());
      boolean weighted = settings.localityWeights();
      int factor = settings.overprovisioningFactor();
      healthyLocalities = weighted ? Localities.of(level, false, factor, selectors) : null;
      degradedLocalities = weighted ? Localities.of(level, true, factor, selectors) : null;
      boolean perLocality = weighted || zones != null;
      int count = perLocality ? level.localities().size() : 0;
      healthyByLocality = new Selector[count];
      degradedByLocality = new Selector[count];
      for (int i = 0; i < count; i++) {
        LocalityHosts in = level.localities().get(i);
        healthyByLocality[i] =
            selectors.of(new ListName(owner, priority, "healthy", in.locality()), in.healthy());
        degradedByLocality[i] =
            selectors.of(new ListName(owner, priority, "degraded", in.locality()), in.degraded());
      }
    }

    @Nullable Selector selector(boolean isDegraded, PickContext context) {
      Localities localities = isDegraded ? degradedLocalities : healthyLocalities;
      Selector[] byLocality = isDegraded ? degradedByLocality : healthyByLocality;
      if (localities != null) {
        return byLocality[localities.next(context)];
      }
      if (zones != null && zones.applies(context)) {
        if (zones.localPanic()) {
          return zones.failsOnLocalPanic() ? null : isDegraded ? degraded : healthy;
        }
        return byLocality[zones.next(context)];
      }
      return isDegraded ? degraded : healthy;
    }
  }

  /** Localities by their weights. */
  private static final class Localities {
    private final Schedule schedule;
    private final int[] indexes;

    private Localities(Schedule schedule, int[] indexes) {
      this.schedule = schedule;
      this.indexes = indexes;
    }

    /** Null if no locality has both a weight and a host to use. */
    static @Nullable Localities of(Level level, boolean degraded, int factor, Selectors selectors) {
      List<Integer> indexes = new ArrayList<>();
      List<Double> weights = new ArrayList<>();
      for (int i = 0; i < level.localities().size(); i++) {
        LocalityHosts in = level.localities().get(i);
        double weight = in.effectiveWeight(degraded ? in.degraded() : in.healthy(), factor);
        if (weight > 0) {
          indexes.add(i);
          weights.add(weight);
        }
      }
      if (indexes.isEmpty()) {
        return null;
      }
      return new Localities(
          selectors.schedule(weights.stream().mapToDouble(Double::doubleValue).toArray()),
          indexes.stream().mapToInt(Integer::intValue).toArray());
    }

    int next(PickContext context) {
      return indexes[schedule.next(context.random())];
    }
  }
}
