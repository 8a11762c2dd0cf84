package io.inmesh.runtime.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Cidr;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.InputMatcher;
import io.inmesh.config.MatchInput;
import io.inmesh.config.MatchTree;
import io.inmesh.config.MatchTree.Branches;
import io.inmesh.config.MatchTree.Decision;
import io.inmesh.config.MatchTree.Outcome;
import io.inmesh.config.Metadata;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.VirtualHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Routes that a matcher tree leads to. */
class RouteChoiceTest {
  private static final MatchInput INPUT = new MatchInput.Header("x-a");

  private static Outcome<List<Integer>> to(Integer... places) {
    return new Decision<>(List.of(places));
  }

  private static @Nullable String chosen(
      Branches<List<Integer>> branches, Optional<Outcome<List<Integer>>> otherwise, String value) {
    var routes = new ArrayList<Route>();
    for (String name : List.of("zero", "one", "two", "three")) {
      routes.add(Routes.route(name, Routes.prefix(name.equals("one") ? "/one" : "/")));
    }
    var host =
        new VirtualHost(
            "v",
            List.of("*"),
            routes,
            Optional.of(new MatchTree<>(branches, otherwise)),
            HeaderMutations.NONE,
            VirtualHost.Policy.DEFAULT,
            List.of(),
            Map.of(),
            Metadata.EMPTY);
    var table =
        new RouteTable<>(
            new RouteConfiguration("r", List.of(host)), Routes.settings(), Routes.NO_PARTS, null);
    RouteEntry<String> entry =
        table.match(value.isEmpty() ? FakeCall.get("/") : FakeCall.get("/", "x-a", value));
    return entry == null ? null : entry.route().name();
  }

  private static @Nullable String chosen(Branches<List<Integer>> branches, String value) {
    return chosen(branches, Optional.empty(), value);
  }

  @Test
  void byValue() {
    var branches = new MatchTree.ByValue<>(INPUT, Map.of("a", to(2), "b", to(1, 3)));
    assertThat(chosen(branches, "a")).isEqualTo("two");
    assertThat(chosen(branches, "b")).as("the first of its routes that matches").isEqualTo("three");
    assertThat(chosen(branches, "c")).isNull();
    assertThat(chosen(branches, "")).isNull();
    assertThat(chosen(branches, Optional.of(to(0)), "c")).isEqualTo("zero");
    assertThat(chosen(branches, Optional.of(to(0)), "")).isEqualTo("zero");
  }

  @Test
  void whatLeadsNowhereLeavesTheOthersTheirTurn() {
    var nowhere =
        new MatchTree.Further<>(
            new MatchTree<List<Integer>>(
                new MatchTree.ByValue<>(new MatchInput.Header("x-b"), Map.of("1", to(0))),
                Optional.empty()));
    var prefixes = new MatchTree.ByPrefix<>(INPUT, Map.of("ab", nowhere, "a", to(2)));
    assertThat(chosen(prefixes, "abc")).isEqualTo("two");
    var domains = new MatchTree.ByDomain<>(INPUT, Map.of("*.b.c", nowhere, "*.c", to(2)));
    assertThat(chosen(domains, "a.b.c")).isEqualTo("two");
    assertThat(chosen(domains, "c")).isNull();
    var values = new MatchTree.ByValue<>(INPUT, Map.of("abc", nowhere));
    assertThat(chosen(values, Optional.of(to(3)), "abc")).isEqualTo("three");
    var networks =
        List.of(
            new MatchTree.Network<>(List.of(new Cidr("10.0.0.0", 8)), to(2), false),
            new MatchTree.Network<>(List.of(new Cidr("10.1.0.0", 16)), nowhere, false),
            new MatchTree.Network<>(List.of(new Cidr("10.2.0.0", 16)), nowhere, true));
    var addresses = new MatchTree.ByAddress<>(INPUT, networks);
    assertThat(chosen(addresses, "10.1.2.3")).isEqualTo("two");
    assertThat(chosen(addresses, "10.2.2.3")).as("an exclusive range").isNull();
    assertThat(chosen(addresses, "no address")).isNull();
  }

  @Test
  void theFirstPredicateThatHolds() {
    var isOne =
        new MatchTree.Holds(INPUT, new InputMatcher.Text(new StringMatcher.Exact("1", false)));
    var isTwo =
        new MatchTree.Holds(INPUT, new InputMatcher.Text(new StringMatcher.Prefix("2", false)));
    var branches =
        new MatchTree.InOrder<>(
            List.of(
                new MatchTree.Branch<>(new MatchTree.AllOf(List.of(isOne, isTwo)), to(0)),
                new MatchTree.Branch<>(new MatchTree.AnyOf(List.of(isOne, isTwo)), to(2)),
                new MatchTree.Branch<>(new MatchTree.Not(isOne), to(3))));
    assertThat(chosen(branches, "1")).isEqualTo("two");
    assertThat(chosen(branches, "22")).isEqualTo("two");
    assertThat(chosen(branches, "3")).isEqualTo("three");
    assertThat(chosen(branches, "")).as("what is absent is not that").isEqualTo("three");
  }

  @Test
  void shares() {
    var all = new MatchTree.Holds(INPUT, new InputMatcher.HashReaches(0, 10, 7));
    var none = new MatchTree.Holds(INPUT, new InputMatcher.HashReaches(10, 10, 7));
    var branches =
        new MatchTree.InOrder<>(
            List.of(new MatchTree.Branch<>(none, to(0)), new MatchTree.Branch<>(all, to(2))));
    assertThat(chosen(branches, "x")).isEqualTo("two");
    assertThat(chosen(branches, "")).isNull();
  }
}
