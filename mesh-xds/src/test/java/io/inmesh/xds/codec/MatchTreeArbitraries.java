package io.inmesh.xds.codec;

import static io.inmesh.xds.codec.ConfigArbitraries.cidr;
import static io.inmesh.xds.codec.ConfigArbitraries.flag;
import static io.inmesh.xds.codec.ConfigArbitraries.header;
import static io.inmesh.xds.codec.ConfigArbitraries.name;
import static io.inmesh.xds.codec.ConfigArbitraries.string;
import static net.jqwik.api.Combinators.combine;

import io.inmesh.config.CelExpression;
import io.inmesh.config.CelExpression.Call;
import io.inmesh.config.CelExpression.Constant;
import io.inmesh.config.CelExpression.Dialect;
import io.inmesh.config.CelExpression.Field;
import io.inmesh.config.CelExpression.Variable;
import io.inmesh.config.InputMatcher;
import io.inmesh.config.MatchInput;
import io.inmesh.config.MatchTree;
import io.inmesh.config.Metadata;
import io.inmesh.config.Rbac;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Matcher trees and conditions. */
final class MatchTreeArbitraries {
  private MatchTreeArbitraries() {}

  static <A> Arbitrary<MatchTree<A>> tree(
      Arbitrary<A> action, Arbitrary<MatchTree.Predicate> holds) {
    Arbitrary<MatchTree.Outcome<A>> decision = action.map(MatchTree.Decision::new);
    Arbitrary<MatchTree<A>> flat =
        combine(branches(decision, holds), decision.optional()).as(MatchTree::new);
    Arbitrary<MatchTree.Outcome<A>> outcome =
        Arbitraries.oneOf(decision, flat.map(MatchTree.Further::new));
    return combine(branches(outcome, holds), outcome.optional()).as(MatchTree::new);
  }

  private static <A> Arbitrary<MatchTree.Branches<A>> branches(
      Arbitrary<MatchTree.Outcome<A>> outcome, Arbitrary<MatchTree.Predicate> holds) {
    Arbitrary<MatchTree.Predicate> predicate =
        Arbitraries.oneOf(
            holds,
            holds.map(MatchTree.Not::new),
            holds.list().ofSize(2).map(MatchTree.AnyOf::new),
            holds.list().ofSize(2).map(MatchTree.AllOf::new));
    Arbitrary<MatchInput> input = header().map(MatchInput.Header::new);
    return Arbitraries.oneOf(
        combine(predicate, outcome)
            .as(MatchTree.Branch<A>::new)
            .list()
            .ofMaxSize(2)
            .map(MatchTree.InOrder::new),
        combine(input, Arbitraries.maps(name(), outcome).ofMinSize(1).ofMaxSize(2))
            .as(MatchTree.ByValue<A>::new),
        combine(input, Arbitraries.maps(name(), outcome).ofMinSize(1).ofMaxSize(2))
            .as(MatchTree.ByPrefix<A>::new),
        combine(
                input,
                Arbitraries.maps(Arbitraries.of("*", "*.a.b", "c.d"), outcome)
                    .ofMinSize(1)
                    .ofMaxSize(2))
            .as(MatchTree.ByDomain<A>::new),
        combine(
                input,
                combine(cidr().list().ofMinSize(1).ofMaxSize(2), outcome, flag())
                    .as(MatchTree.Network<A>::new)
                    .list()
                    .ofMinSize(1)
                    .ofMaxSize(2))
            .as(MatchTree.ByAddress<A>::new));
  }

  /** What routes may ask. */
  static Arbitrary<MatchTree.Predicate> ofRoutes() {
    Arbitrary<MatchInput> input =
        Arbitraries.oneOf(
            header().map(MatchInput.Header::new),
            name().map(MatchInput.FilterState::new),
            name().map(MatchInput.Environment::new));
    Arbitrary<InputMatcher> matcher =
        Arbitraries.oneOf(
            string().map(InputMatcher.Text::new),
            cidr().list().ofMinSize(1).ofMaxSize(2).map(InputMatcher.InRanges::new),
            combine(Arbitraries.longs().between(0, 10), Arbitraries.longs())
                .as((threshold, seed) -> new InputMatcher.HashReaches(threshold, 10, seed)),
            combine(ConfigArbitraries.fraction(), Arbitraries.longs())
                .as(InputMatcher.HashWithin::new));
    return combine(input, matcher).as(MatchTree.Holds::new);
  }

  /** What filters may ask. */
  static Arbitrary<MatchTree.Predicate> ofFilters() {
    Arbitrary<MatchInput> input =
        Arbitraries.oneOf(
            Arbitraries.of(MatchInput.Fact.class).map(MatchInput.OfConnection::new),
            combine(name(), name().list().ofMinSize(1).ofMaxSize(2))
                .as(MatchInput.DynamicMetadata::new));
    return Arbitraries.oneOf(
        ofRoutes(),
        combine(input, string().map(InputMatcher.Text::new)).as(MatchTree.Holds::new),
        combine(input, ConfigArbitraries.metadataMatcher(), flag())
            .as(
                (it, of, invert) ->
                    new MatchTree.Holds(it, new InputMatcher.OfValue(of.value(), invert))),
        expression(Dialect.PLAIN)
            .map(
                it ->
                    new MatchTree.Holds(
                        new MatchInput.Attributes(), new InputMatcher.Condition(it))));
  }

  static Arbitrary<Rbac.Condition> condition() {
    return combine(flag(), flag(), flag())
        .as(Dialect::new)
        .flatMap(dialect -> expression(dialect).map(it -> new Rbac.Condition(it, dialect)));
  }

  private static Arbitrary<CelExpression> expression(Dialect dialect) {
    Arbitrary<CelExpression> leaf =
        Arbitraries.oneOf(
            Arbitraries.oneOf(
                    name(),
                    Arbitraries.longs(),
                    Arbitraries.doubles(),
                    flag(),
                    Arbitraries.longs().map(CelExpression.Unsigned::new),
                    name().map(CelExpression.Bytes::new),
                    Arbitraries.just(Metadata.NULL))
                .map(Constant::new),
            Arbitraries.of("path", "method", "host")
                .map(field -> new Field(new Variable("request"), field, false)),
            name()
                .map(
                    name ->
                        new Field(
                            new Field(new Variable("request"), "headers", false), name, true)),
            name()
                .map(
                    name ->
                        new Field(
                            new Field(new Variable("metadata"), "filter_metadata", false),
                            name,
                            false)));
    Arbitrary<CelExpression> more =
        Arbitraries.oneOf(
            leaf,
            leaf.list().ofMaxSize(2).map(CelExpression.ListOf::new),
            combine(leaf, leaf)
                .as(CelExpression.Entry::new)
                .list()
                .ofMaxSize(2)
                .map(CelExpression.MapOf::new),
            combine(leaf, leaf).as((a, b) -> call("_==_", a, b)),
            leaf.map(it -> new Call("size", Optional.of(it), List.of())),
            leaf.map(it -> call(dialect.conversion() ? "string" : "int", it)));
    return Arbitraries.oneOf(more, combine(more, more).as((a, b) -> call("_&&_", a, b)));
  }

  private static CelExpression call(String function, CelExpression... arguments) {
    return new Call(function, Optional.empty(), List.of(arguments));
  }
}
