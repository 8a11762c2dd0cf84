package io.inmesh.runtime.balance;

import io.inmesh.explain.Explanation.PriorityStep;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a picker would choose from.
 *
 * @param subset in words; "" for the whole cluster
 * @param belongs which hosts are in it
 */
public record Described(String subset, Predicate<Member> belongs, List<PriorityStep> priorities) {
  /** Nothing to choose from. */
  static Described nothing(String why) {
    return new Described(why, host -> false, List.of());
  }

  Described in(String name, Predicate<Member> part) {
    return new Described(name, part, priorities);
  }
}
