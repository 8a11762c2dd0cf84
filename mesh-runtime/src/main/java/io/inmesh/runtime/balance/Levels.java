package io.inmesh.runtime.balance;

import io.inmesh.balance.Pick;
import io.inmesh.balance.PickContext;
import java.util.List;

/** A picker whose hosts stand on levels of priority, over which an aggregate may draw itself. */
interface Levels extends Describable {
  /** The health of each level. */
  List<PriorityLoads.Health> healths();

  /**
   * Picks within a level that somebody else has drawn.
   *
   * @param level as {@link PriorityLoads#choose} names it
   */
  Pick pick(int level, PickContext context);
}
