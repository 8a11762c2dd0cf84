package io.inmesh.runtime.balance;

import io.inmesh.balance.Pick;
import io.inmesh.balance.PickContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A picker over priorities: first a level is drawn, then a host of it. Immutable but for the places
 * in rotations.
 */
abstract class Leveled implements Levels {
  private final List<PriorityLoads.Health> healths;
  final PriorityLoads loads;
  private final Pick none;

  Leveled(List<PriorityLoads.Health> healths, PriorityLoads loads) {
    this.healths = List.copyOf(healths);
    this.loads = loads;
    this.none =
        healths.stream().allMatch(level -> level.hosts() == 0)
            ? Pick.None.NO_HOSTS
            : Pick.None.NO_HEALTHY_HOST;
  }

  @Override
  public final List<PriorityLoads.Health> healths() {
    return healths;
  }

  /**
   * One draw within a level.
   *
   * @param level as {@link PriorityLoads#choose} names it
   * @param draw the bits that chose the level
   * @param attempt which draw this is, from 0
   */
  abstract @Nullable Member choose(int level, long draw, int attempt, PickContext context);

  /** The bits that choose the level. */
  abstract long draw(PickContext context);

  /**
   * Whether further draws are over all levels, or stay with the level and the bits of the first.
   */
  abstract boolean drawsAgain();

  @Override
  public final Described describe(PickContext context) {
    return new Described("", host -> true, loads.describe(healths));
  }

  @Override
  public final Pick pick(PickContext context) {
    long draw = draw(context);
    int level = loads.choose(draw);
    int most = Math.max(1, context.hostSelectionAttempts());
    Member host = choose(level, draw, 0, context);
    for (int attempt = 1; attempt < most && host != null && context.tried(host); attempt++) {
      if (drawsAgain()) {
        draw = draw(context);
        level = loads.choose(draw);
      }
      host = choose(level, draw, attempt, context);
    }
    return host == null ? none : host;
  }

  @Override
  public final Pick pick(int level, PickContext context) {
    long draw = draw(context);
    int most = Math.max(1, context.hostSelectionAttempts());
    Member host = choose(level, draw, 0, context);
    for (int attempt = 1; attempt < most && host != null && context.tried(host); attempt++) {
      draw = drawsAgain() ? draw(context) : draw;
      host = choose(level, draw, attempt, context);
    }
    return host == null ? none : host;
  }
}
