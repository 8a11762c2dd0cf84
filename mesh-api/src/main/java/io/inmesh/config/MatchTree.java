package io.inmesh.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A tree of questions that ends in decisions. Source: xds.type.matcher.v3.Matcher.
 *
 * @param <A> what is decided
 * @param otherwise what counts where no branch decides; empty for no decision
 */
public record MatchTree<A>(Branches<A> branches, Optional<Outcome<A>> otherwise) {
  /** Runs over all decisions of the tree, in its order. */
  public void each(Consumer<A> action) {
    branches.outcomes().forEach(outcome -> each(outcome, action));
    otherwise.ifPresent(outcome -> each(outcome, action));
  }

  private static <A> void each(Outcome<A> outcome, Consumer<A> action) {
    if (outcome instanceof Decision<A> decision) {
      action.accept(decision.action());
    } else {
      ((Further<A>) outcome).tree().each(action);
    }
  }

  /** The ways to go on. */
  public sealed interface Branches<A> {
    /** Where they lead. */
    Collection<Outcome<A>> outcomes();
  }

  /** The first branch whose predicate holds, and that leads to a decision; there may be none. */
  public record InOrder<A>(List<Branch<A>> branches) implements Branches<A> {
    public InOrder {
      branches = List.copyOf(branches);
    }

    @Override
    public Collection<Outcome<A>> outcomes() {
      var all = new ArrayList<Outcome<A>>();
      branches.forEach(branch -> all.add(branch.outcome()));
      return all;
    }
  }

  /** One of several branches. */
  public record Branch<A>(Predicate predicate, Outcome<A> outcome) {}

  /** The branch of the input's value. */
  public record ByValue<A>(MatchInput input, Map<String, Outcome<A>> byValue)
      implements Branches<A> {
    public ByValue {
      byValue = Map.copyOf(byValue);
    }

    @Override
    public Collection<Outcome<A>> outcomes() {
      return byValue.values();
    }
  }

  /** The branch of the longest prefix of the input's value that leads to a decision. */
  public record ByPrefix<A>(MatchInput input, Map<String, Outcome<A>> byPrefix)
      implements Branches<A> {
    public ByPrefix {
      byPrefix = Map.copyOf(byPrefix);
    }

    @Override
    public Collection<Outcome<A>> outcomes() {
      return byPrefix.values();
    }
  }

  /**
   * The branch of the narrowest range that the input's address lies in. Source:
   * xds.type.matcher.v3.IPMatcher.
   */
  public record ByAddress<A>(MatchInput input, List<Network<A>> networks) implements Branches<A> {
    public ByAddress {
      networks = List.copyOf(networks);
    }

    @Override
    public Collection<Outcome<A>> outcomes() {
      var all = new ArrayList<Outcome<A>>();
      networks.forEach(network -> all.add(network.outcome()));
      return all;
    }
  }

  /**
   * Ranges of addresses.
   *
   * @param exclusive wider ranges are not tried where this one's branch leads nowhere
   */
  public record Network<A>(List<Cidr> ranges, Outcome<A> outcome, boolean exclusive) {
    public Network {
      ranges = List.copyOf(ranges);
    }
  }

  /**
   * The branch of the most specific domain of the input's value. Source:
   * xds.type.matcher.v3.ServerNameMatcher.
   *
   * @param byDomain by name, by {@code *.} and a name, or by {@code *}
   */
  public record ByDomain<A>(MatchInput input, Map<String, Outcome<A>> byDomain)
      implements Branches<A> {
    public ByDomain {
      byDomain = Map.copyOf(byDomain);
    }

    @Override
    public Collection<Outcome<A>> outcomes() {
      return byDomain.values();
    }
  }

  /** Where a branch leads. */
  public sealed interface Outcome<A> {}

  /** To a decision. */
  public record Decision<A>(A action) implements Outcome<A> {}

  /** To another tree. */
  public record Further<A>(MatchTree<A> tree) implements Outcome<A> {}

  /** What must hold for a branch. */
  public sealed interface Predicate {}

  /** An input is what it must be. */
  public record Holds(MatchInput input, InputMatcher matcher) implements Predicate {}

  /** One of these. */
  public record AnyOf(List<Predicate> predicates) implements Predicate {
    public AnyOf {
      predicates = List.copyOf(predicates);
    }
  }

  /** All of these. */
  public record AllOf(List<Predicate> predicates) implements Predicate {
    public AllOf {
      predicates = List.copyOf(predicates);
    }
  }

  /** Not this. */
  public record Not(Predicate predicate) implements Predicate {}
}
