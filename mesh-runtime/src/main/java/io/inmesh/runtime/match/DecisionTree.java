package io.inmesh.runtime.match;

import io.inmesh.config.IpRange;
import io.inmesh.config.MatchTree;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A compiled {@link MatchTree}. Where a branch leads to no decision, less specific branches are
 * tried, then what counts otherwise.
 *
 * @param <C> the calls it decides on
 * @param <A> what it decides
 */
public final class DecisionTree<C, A> {
  private final Branches<C, A> branches;
  private final @Nullable Outcome<C, A> otherwise;

  private interface Branches<C, A> {
    @Nullable A decide(C call);
  }

  /** Either a decision or a further tree. */
  private record Outcome<C, A>(@Nullable A action, @Nullable DecisionTree<C, A> tree) {
    @Nullable A decide(C call) {
      return tree == null ? action : tree.decide(call);
    }
  }

  /** Compiles a tree. */
  public DecisionTree(MatchTree<A> config, InputTest.Compiler<C> inputs) {
    this.otherwise = config.otherwise().map(it -> outcome(it, inputs)).orElse(null);
    this.branches = branches(config.branches(), inputs);
  }

  /** What is decided on a call, or null. */
  public @Nullable A decide(C call) {
    A decided = branches.decide(call);
    return decided == null && otherwise != null ? otherwise.decide(call) : decided;
  }

  private static <C, A> Outcome<C, A> outcome(
      MatchTree.Outcome<A> config, InputTest.Compiler<C> inputs) {
    if (config instanceof MatchTree.Decision<A> decision) {
      return new Outcome<>(decision.action(), null);
    }
    return new Outcome<>(null, new DecisionTree<>(((MatchTree.Further<A>) config).tree(), inputs));
  }

  private static <C, A> Branches<C, A> branches(
      MatchTree.Branches<A> config, InputTest.Compiler<C> inputs) {
    if (config instanceof MatchTree.InOrder<A> list) {
      return inOrder(list, inputs);
    }
    if (config instanceof MatchTree.ByValue<A> map) {
      var input = inputs.input(map.input());
      Map<String, Outcome<C, A>> outcomes = outcomes(map.byValue(), inputs);
      return call -> decide(outcomes.get(text(input, call)), call);
    }
    if (config instanceof MatchTree.ByPrefix<A> map) {
      return byPrefix(inputs.input(map.input()), outcomes(map.byPrefix(), inputs));
    }
    if (config instanceof MatchTree.ByDomain<A> map) {
      return byDomain(inputs.input(map.input()), outcomes(map.byDomain(), inputs));
    }
    return byAddress((MatchTree.ByAddress<A>) config, inputs);
  }

  private static <C, A> Map<String, Outcome<C, A>> outcomes(
      Map<String, MatchTree.Outcome<A>> config, InputTest.Compiler<C> inputs) {
    var outcomes = new HashMap<String, Outcome<C, A>>();
    config.forEach((key, outcome) -> outcomes.put(key, outcome(outcome, inputs)));
    return outcomes;
  }

  private static <C, A> @Nullable A decide(@Nullable Outcome<C, A> outcome, C call) {
    return outcome == null ? null : outcome.decide(call);
  }

  private static <C> @Nullable String text(InputTest.Input<C> input, C call) {
    return input.value(call) instanceof String text ? text : null;
  }

  private record Branch<C, A>(InputTest<C> test, Outcome<C, A> outcome) {}

  private static <C, A> Branches<C, A> inOrder(
      MatchTree.InOrder<A> config, InputTest.Compiler<C> inputs) {
    var list = new ArrayList<Branch<C, A>>();
    for (MatchTree.Branch<A> branch : config.branches()) {
      list.add(
          new Branch<>(
              InputTest.of(branch.predicate(), inputs), outcome(branch.outcome(), inputs)));
    }
    return call -> {
      for (int i = 0; i < list.size(); i++) {
        Branch<C, A> branch = list.get(i);
        A decided = branch.test().matches(call) ? branch.outcome().decide(call) : null;
        if (decided != null) {
          return decided;
        }
      }
      return null;
    };
  }

  /** The longest prefix first. */
  private static <C, A> Branches<C, A> byPrefix(
      InputTest.Input<C> input, Map<String, Outcome<C, A>> outcomes) {
    List<String> prefixes = new ArrayList<>(outcomes.keySet());
    prefixes.sort(Comparator.comparingInt(String::length).reversed());
    return call -> {
      String value = text(input, call);
      for (int i = 0; value != null && i < prefixes.size(); i++) {
        A decided =
            value.startsWith(prefixes.get(i)) ? decide(outcomes.get(prefixes.get(i)), call) : null;
        if (decided != null) {
          return decided;
        }
      }
      return null;
    };
  }

  /** The name itself, then {@code *.} and ever less of it, then {@code *}. */
  private static <C, A> Branches<C, A> byDomain(
      InputTest.Input<C> input, Map<String, Outcome<C, A>> outcomes) {
    return call -> {
      String value = text(input, call);
      if (value == null) {
        return null;
      }
      A decided = decide(outcomes.get(value), call);
      for (int dot = value.indexOf('.');
          decided == null && dot >= 0;
          dot = value.indexOf('.', dot + 1)) {
        decided = decide(outcomes.get("*" + value.substring(dot)), call);
      }
      return decided == null ? decide(outcomes.get("*"), call) : decided;
    };
  }

  private record Range<C, A>(IpRange range, int length, boolean exclusive, Outcome<C, A> outcome) {}

  /** The narrowest range first. */
  private static <C, A> Branches<C, A> byAddress(
      MatchTree.ByAddress<A> config, InputTest.Compiler<C> inputs) {
    InputTest.Input<C> input = inputs.input(config.input());
    var ranges = new ArrayList<Range<C, A>>();
    for (MatchTree.Network<A> network : config.networks()) {
      Outcome<C, A> outcome = outcome(network.outcome(), inputs);
      network
          .ranges()
          .forEach(
              cidr ->
                  ranges.add(
                      new Range<>(new IpRange(cidr), cidr.length(), network.exclusive(), outcome)));
    }
    ranges.sort(Comparator.comparingInt((Range<C, A> range) -> range.length()).reversed());
    return call -> {
      String value = text(input, call);
      byte[] address = value == null ? null : IpRange.bytes(value);
      for (int i = 0; address != null && i < ranges.size(); i++) {
        Range<C, A> range = ranges.get(i);
        if (range.range().contains(address)) {
          A decided = range.outcome().decide(call);
          if (decided != null || range.exclusive()) {
            return decided;
          }
        }
      }
      return null;
    };
  }
}
