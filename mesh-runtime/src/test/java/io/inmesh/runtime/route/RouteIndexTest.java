package io.inmesh.runtime.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.Regex;
import io.inmesh.config.Route;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.RouteMatch.PathMatch;
import io.inmesh.config.VirtualHost;
import io.inmesh.runtime.match.MatchTest;
import io.inmesh.runtime.match.RequestFields;
import io.inmesh.runtime.match.RuntimeValues;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RouteIndexTest {
  private static final HeaderMatcher HAS_X =
      new HeaderMatcher("x", new HeaderMatcher.Present(true), false, false);

  /** The index finds what looking at one route after the other finds. */
  @Property(tries = 2000)
  void findsTheFirstMatch(
      @ForAll("matches") List<RouteMatch> matches, @ForAll("paths") List<String> paths) {
    var routes = new ArrayList<Route>();
    for (RouteMatch match : matches) {
      routes.add(Routes.route("r" + routes.size(), match));
    }
    RouteTable<String> table = Routes.table(routes.toArray(Route[]::new));
    for (String path : paths) {
      for (FakeCall call : List.of(FakeCall.get(path), FakeCall.get(path, "x", "1"))) {
        RouteEntry<String> found = table.match(call);
        assertThat(found == null ? "none" : found.route().name()).isEqualTo(scan(matches, call));
      }
    }
  }

  private static String scan(List<RouteMatch> matches, FakeCall call) {
    for (int i = 0; i < matches.size(); i++) {
      var test = new MatchTest(matches.get(i), RuntimeValues.NONE);
      int end = RequestFields.pathEnd(call.path());
      boolean takes = test.matches(call, call.path(), end);
      assertThat(test.mismatch(call, call.path(), end) == null).isEqualTo(takes);
      if (takes) {
        return "r" + i;
      }
    }
    return "none";
  }

  @Provide
  Arbitrary<List<RouteMatch>> matches() {
    Arbitrary<String> text =
        Arbitraries.strings().withChars("/ab?#").ofMinLength(0).ofMaxLength(5).map(s -> "/" + s);
    Arbitrary<PathMatch> path =
        Arbitraries.oneOf(
            Combinators.combine(text, Arbitraries.of(true, true, true, false))
                .as(RouteMatch.Exact::new),
            Combinators.combine(text, Arbitraries.of(true, true, true, false))
                .as(RouteMatch.Prefix::new),
            Combinators.combine(text.filter(s -> !s.endsWith("/")), Arbitraries.of(true, false))
                .as(RouteMatch.PathSeparatedPrefix::new),
            text.filter(s -> s.indexOf('?') < 0)
                .map(s -> new RouteMatch.Pattern(new Regex(s + "b*"))));
    return Combinators.combine(path, Arbitraries.of(true, false))
        .as((p, bare) -> bare ? RouteMatch.of(p) : RouteMatch.of(p, List.of(HAS_X)))
        .list()
        .ofMaxSize(12);
  }

  @Provide
  Arbitrary<List<String>> paths() {
    return Combinators.combine(
            Arbitraries.strings().withChars("/abA").ofMaxLength(6), Arbitraries.of("", "?/b", "#a"))
        .as((path, rest) -> "/" + path + rest)
        .list()
        .ofMinSize(1)
        .ofMaxSize(6);
  }

  @Test
  void prefixesWithinPrefixesDoNotGrowWithTheSquare() {
    var routes = new ArrayList<Route>();
    var path = new StringBuilder("/");
    for (int i = 0; i < 2000; i++) {
      routes.add(
          Routes.route(
              "r" + i,
              RouteMatch.of(
                  new RouteMatch.Prefix(path.append('a').toString(), true), List.of(HAS_X))));
    }
    RouteTable<String> table = Routes.table(routes.toArray(Route[]::new));
    assertThat(name(table, FakeCall.get("/aaaa", "x", "1"))).isEqualTo("r0");
    assertThat(name(table, FakeCall.get("/aaaa"))).isEqualTo("none");
  }

  @Test
  void aLargeTableLooksAtFewRoutes() {
    var matches = new ArrayList<MatchTest>();
    for (int i = 0; i < 10_000; i++) {
      PathMatch path =
          i % 2 == 0
              ? new RouteMatch.Exact("/service/" + i, true)
              : new RouteMatch.Prefix("/service/" + i + "/", true);
      matches.add(new MatchTest(RouteMatch.of(path), RuntimeValues.NONE));
    }
    matches.add(new MatchTest(Routes.prefix("/"), RuntimeValues.NONE));
    var index = new RouteIndex<>(matches, match -> match);
    assertThat(index.others).isEmpty();
    assertThat(index.find("/service/4444").candidates).containsExactly(4444);
    assertThat(index.find("/service/4445/x").candidates).containsExactly(4445);
    assertThat(index.find("/other?/service/1").candidates).containsExactly(10_000);
    assertThat(index.find("/service/4445/x").sure).isSameAs(matches.get(4445));
  }

  @Test
  void hostsWithoutRoutesMatchNothing() {
    assertThat(name(Routes.table(new VirtualHost("v", List.of("*"), List.of())), FakeCall.get("/")))
        .isEqualTo("none");
  }

  private static String name(RouteTable<String> table, FakeCall call) {
    RouteEntry<String> found = table.match(call);
    return found == null ? "none" : found.route().name();
  }
}
