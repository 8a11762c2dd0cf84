package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static io.inmesh.runtime.World.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Request;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.HeaderMatcher;
import io.inmesh.config.Metadata;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.VirtualHost;
import io.inmesh.explain.Explanation;
import io.inmesh.explain.Explanation.Candidate;
import io.inmesh.explain.Explanation.RouteStep;
import io.inmesh.explain.Explanation.Says;
import io.inmesh.explain.Explanation.Share;
import io.inmesh.explain.Explanation.VirtualHostStep;
import io.inmesh.runtime.World.Bucket;
import io.inmesh.runtime.World.Deny;
import io.inmesh.runtime.World.Seen;
import io.inmesh.testkit.Configs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is told of a request that is not made. */
class ExplainTest {
  private static Explanation explain(World world, Request request, long draw) {
    CompletableFuture<Explanation> answer =
        world.mesh.explain(request, OptionalLong.of(draw)).toCompletableFuture();
    world.loop.advance(Duration.ofSeconds(20));
    assertThat(answer).isCompleted();
    return answer.join();
  }

  private static Route withHeader(String name, String header, String value, String source) {
    var only =
        new HeaderMatcher(
            header, new HeaderMatcher.Text(new StringMatcher.Exact(value, false)), false, false);
    var plain =
        new Route(
            name,
            RouteMatch.of(new RouteMatch.Prefix("/", true), List.of(only)),
            Configs.forward("v1"));
    return new Route(
        plain.name(),
        plain.match(),
        plain.action(),
        plain.mutations(),
        plain.perFilter(),
        Metadata.EMPTY.withSource(source),
        plain.decorator(),
        plain.bufferLimit());
  }

  @Test
  void namesTheRoutesThatWereTriedAndWhatFailed() {
    var world = new World();
    var other = new VirtualHost("other", List.of("*"), List.of(Configs.to("v1")));
    var host =
        new VirtualHost(
            "reviews",
            List.of("reviews", "*views:80"),
            List.of(
                Configs.route("/admin", Configs.forward("v1")),
                withHeader("blue", "x-color", "blue", "mesh.yaml:7"),
                withHeader("red", "x-color", "red", "mesh.yaml:9")));
    world.put(
        Configs.api("reviews:80", "r"),
        new RouteConfiguration("r", List.of(other, host)),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "a"));
    Explanation told = explain(world, get("reviews:80", "/x", "x-color", "red"), 5);
    assertThat(told.listener().name()).isEqualTo("reviews:80");
    assertThat(told.listener().routes()).isEqualTo("r");
    assertThat(told.request().draw()).isEqualTo("5");
    assertThat(told.selections()).hasSize(1);
    assertThat(told.selections().get(0).virtualHosts())
        .containsExactly(
            new VirtualHostStep("reviews", 1, "*views:80", ""),
            new VirtualHostStep("other", 0, "*", ""));
    assertThat(told.selections().get(0).routes())
        .containsExactly(
            new RouteStep("", 0, "path /x is not prefix /admin", ""),
            new RouteStep(
                "blue", 1, "header x-color is \"red\", not exactly \"blue\"", "mesh.yaml:7"),
            new RouteStep("red", 2, "", "mesh.yaml:9"));
    assertThat(told.result().route()).isEqualTo("red");
    assertThat(told.result().source()).isEqualTo("mesh.yaml:9");
    assertThat(told.result().cluster()).isEqualTo("v1");
    assertThat(told.result().host()).isEqualTo("a:80");
  }

  @Test
  void leavesNoTrace() {
    World world = World.simple(Configs.forward("v1"), "a", "b");
    long before = world.mesh.counters().calls();
    explain(world, GET, 1);
    assertThat(world.mesh.counters().calls()).isEqualTo(before);
    assertThat(world.busy("v1")).isZero();
    assertThat(world.log).isEmpty();
    assertThat(world.transport.streams()).isEmpty();
  }

  @Test
  void tellsTheDrawAmongClusters() {
    var split =
        new ClusterSpecifier.Weighted(
            List.of(new ClusterSpecifier.Entry("v1", 30), new ClusterSpecifier.Entry("v2", 70)),
            Optional.empty(),
            false,
            "");
    var world = World.serving(Configs.route("/", io.inmesh.config.Action.Forward.to(split)), "a");
    world.put(Configs.cluster("v2"), Configs.endpoints("v2", "b"));
    Explanation told = explain(world, GET, 130);
    assertThat(told.selections().get(0).split())
        .hasValueSatisfying(
            drawn -> {
              assertThat(drawn.by()).isEqualTo("random number");
              assertThat(drawn.ticket()).isEqualTo(30);
              assertThat(drawn.shares())
                  .containsExactly(new Share("v1", 30, false), new Share("v2", 70, true));
            });
    assertThat(told.result().cluster()).isEqualTo("v2");
    assertThat(explain(world, GET, 129).result().cluster()).isEqualTo("v1");
  }

  @Test
  void asksFiltersOnlyIfThatChangesNothing() {
    var world = new World();
    world.put(
        Configs.api(
            "reviews:80",
            "r",
            Configs.filter("limit", new Bucket(1)),
            Configs.filter("deny", new Deny("x-who", "mallory"))),
        Configs.routes("r", "*", Configs.to("v1")),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "a"));
    Explanation told = explain(world, get("reviews:80", "/", "x-who", "mallory"), 1);
    assertThat(told.filters()).extracting(step -> step.name()).containsExactly("limit", "deny");
    assertThat(told.filters())
        .extracting(step -> step.says())
        .containsExactly(Says.NOT_ASKED, Says.ANSWER);
    assertThat(told.result().status()).isEqualTo(403);
    assertThat(told.result().details()).isEqualTo("test_denied");
    // The only token is still there.
    world.mesh.want("reviews:80");
    Seen made = world.start(get("reviews:80", "/"));
    assertThat(made.call().status()).isNotEqualTo(429);
  }

  @Test
  void saysWhyHostsAreLeftOut() {
    World world = World.simple(Configs.forward("v1"));
    world.put(
        new EndpointSet(
            "v1",
            List.of(
                locality(0, endpoint("a", Health.HEALTHY), endpoint("b", Health.UNHEALTHY)),
                locality(0, endpoint("c", Health.DRAINING)),
                locality(1, endpoint("d", Health.HEALTHY)))));
    Explanation told = explain(world, GET, 1);
    assertThat(told.forwarding().orElseThrow().hosts().orElseThrow().candidates())
        .extracting(Candidate::address, Candidate::excluded)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("a:80", ""),
            org.assertj.core.groups.Tuple.tuple(
                "b:80", "health is UNHEALTHY, as the control plane says"),
            org.assertj.core.groups.Tuple.tuple(
                "c:80", "health is DRAINING, as the control plane says"),
            org.assertj.core.groups.Tuple.tuple("d:80", ""));
    assertThat(told.result().host()).isIn("a:80", "d:80");
  }

  private static EndpointSet.LocalityEndpoints locality(int priority, Endpoint... endpoints) {
    return new EndpointSet.LocalityEndpoints(
        new io.inmesh.config.Locality("r", "z" + endpoints[0].address().host(), ""),
        1,
        priority,
        List.of(endpoints));
  }

  private static Endpoint endpoint(String host, Health health) {
    return new Endpoint(Configs.at(host), "", 1, health, Metadata.EMPTY);
  }

  @Test
  void tellsOfAnswersOfTheMeshItself() {
    var byHeader = io.inmesh.config.Action.Forward.to(new ClusterSpecifier.ByHeader("x-to"));
    World world = World.simple(byHeader, "a");
    Explanation told = explain(world, get("reviews:80", "/", "x-to", "nosuch"), 1);
    assertThat(told.result().status()).isEqualTo(503);
    assertThat(told.result().flags()).isEqualTo("NC");
    assertThat(told.forwarding()).isEmpty();
    World empty = World.simple(Configs.forward("v1"));
    Explanation none = explain(empty, GET, 1);
    assertThat(none.result().flags()).isEqualTo("UH");
    assertThat(none.forwarding().orElseThrow().hosts().orElseThrow().why())
        .isEqualTo("the cluster has no hosts");
  }

  @Test
  void asksThePlaneForWhatItDoesNotKnow() {
    var world = new World();
    world.put(
        Configs.api("late:80", "r"),
        Configs.routes("r", "*", Configs.to("v1")),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "a"));
    assertThat(explain(world, get("late:80", "/"), 1).result().host()).isEqualTo("a:80");
    Explanation stranger = explain(world, get("stranger:80", "/"), 1);
    assertThat(stranger.listener().name()).isEmpty();
    assertThat(stranger.result().cluster()).isEqualTo("PassthroughCluster");
  }
}
