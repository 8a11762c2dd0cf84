package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static io.inmesh.runtime.World.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Flag;
import io.inmesh.call.Headers;
import io.inmesh.config.Action;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.FilterOverride;
import io.inmesh.config.Filters;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.Metadata;
import io.inmesh.config.MetadataMatcher;
import io.inmesh.config.Resource;
import io.inmesh.config.Rewrite;
import io.inmesh.config.Route;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.StringMatcher;
import io.inmesh.config.ValueMatcher;
import io.inmesh.runtime.World.Bucket;
import io.inmesh.runtime.World.Deny;
import io.inmesh.runtime.World.Seen;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What happens to one call. */
class CallTest {
  private static final HttpFilters FILTERS = new HttpFilters();

  /** Filters by name. */
  private static final class HttpFilters {
    final io.inmesh.config.HttpConnection.Filter metadata =
        Configs.filter(
            "meta",
            new Filters.HeaderToMetadata(
                List.of(
                    new Filters.Rule(
                        "x-tier",
                        "",
                        Optional.of(
                            new Filters.Value(
                                "m",
                                "tier",
                                "",
                                Optional.empty(),
                                Filters.ValueType.STRING,
                                false)),
                        Optional.empty(),
                        true)),
                List.of()));
    final io.inmesh.config.HttpConnection.Filter deny =
        Configs.filter("deny", new Deny("x-user", "mallory"));
    final io.inmesh.config.HttpConnection.Filter limit = Configs.filter("limit", new Bucket(1000));
  }

  private static Route limited(String prefix, int tokens) {
    var override = new FilterOverride(Optional.of(new Bucket(tokens)), false);
    return new Route(
        "",
        RouteMatch.of(new RouteMatch.Prefix(prefix, true)),
        Configs.direct(200, "ok"),
        HeaderMutations.NONE,
        Map.of("limit", override),
        Metadata.EMPTY,
        Optional.empty(),
        Optional.empty());
  }

  private static Route gold() {
    var matcher =
        new MetadataMatcher(
            "m",
            List.of("tier"),
            new ValueMatcher.Text(new StringMatcher.Exact("gold", false)),
            false);
    var match =
        new RouteMatch(
            new RouteMatch.Prefix("/", true),
            List.of(),
            List.of(),
            List.of(),
            List.of(matcher),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty());
    return new Route("gold", match, Configs.direct(218, "gold"));
  }

  private static World filtered(Route... routes) {
    var world = new World();
    world.put(
        Configs.api("reviews:80", "r", FILTERS.metadata, FILTERS.deny, FILTERS.limit),
        Configs.routes("r", "*", routes));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    return world;
  }

  @Test
  void forwards() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.peer("a", FakeTransport.saying("hello"));
    Seen seen = world.send(get("reviews:80", "/x?q", "X-One", "1"));
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.body()).isEqualTo("hello");
    assertThat(seen.sink().order()).containsExactly("head", "data", "end");
    assertThat(seen.sink().ended()).isEqualTo(Ended.COMPLETE);
    assertThat(seen.sink().headers().get("server")).isEqualTo("envoy");
    assertThat(seen.sink().headers().get("x-envoy-upstream-service-time")).isEqualTo("1");
    assertThat(world.transport.last().requestLine()).isEqualTo("GET http://reviews:80/x?q");
    assertThat(world.transport.last().headers().get("x-one")).isEqualTo("1");
    assertThat(world.transport.last().headers().get("x-envoy-expected-rq-timeout-ms"))
        .isEqualTo("15000");
    var outcome = seen.call().outcome();
    assertThat(outcome.flags()).isEmpty();
    assertThat(outcome.details()).isEqualTo("via_upstream");
    assertThat(outcome.cluster()).isEqualTo("v1");
    assertThat(outcome.endpoint()).isEqualTo("a:80");
    assertThat(outcome.attempts()).isEqualTo(1);
    assertThat(outcome.revision()).isEqualTo(world.plane.revision());
    assertThat(world.log).containsExactly("200 via_upstream COMPLETE");
    assertThat(world.busy("v1")).isZero();
    assertThat(world.mesh.counters().inFlight()).isZero();
  }

  @Test
  void passesTrailersBothWays() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.peer(
        "a", stream -> stream.respond(200, "x").complete(Headers.of("grpc-status", "0")));
    Seen seen =
        world.send(World.post(new io.inmesh.testkit.Chunks(Headers.of("x-sum", "7"), "body")));
    assertThat(seen.sink().trailers().get("grpc-status")).isEqualTo("0");
    assertThat(seen.sink().order()).containsExactly("head", "data", "trailers", "end");
    assertThat(world.transport.last().trailers()).isEqualTo(Headers.of("x-sum", "7"));
  }

  @Test
  void filtersStandBeforeADirectResponseAndBeforeNoRoute() {
    World world = filtered(limited("/a", 2));
    Seen denied = world.send(get("reviews:80", "/a", "x-user", "mallory"));
    assertThat(denied.status()).isEqualTo(403);
    assertThat(denied.body()).isEqualTo("denied");
    assertThat(denied.sink().headers().get("content-type")).isEqualTo("text/plain");
    assertThat(denied.sink().headers().get("content-length")).isEqualTo("6");
    assertThat(world.log).containsExactly("403 test_denied COMPLETE");
    assertThat(world.send(get("reviews:80", "/zzz", "x-user", "mallory")).status()).isEqualTo(403);
  }

  @Test
  void aLocalReplyPassesTheResponseSideOfAllFilters() {
    World world = filtered(limited("/a", 2));
    Seen none = world.send(get("reviews:80", "/zzz"));
    assertThat(none.status()).isEqualTo(404);
    assertThat(none.sink().headers().get("x-deny")).isEqualTo("seen");
    assertThat(none.call().has(Flag.NR)).isTrue();
    assertThat(none.call().details()).isEqualTo("route_not_found");
  }

  @Test
  void headerToMetadataDoesNotChooseTheRouteAgain() {
    World world = filtered(gold(), limited("/a", 2));
    Seen seen = world.send(get("reviews:80", "/a", "x-tier", "gold"));
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.call().headers().contains("x-tier")).isFalse();
    assertThat(world.send(get("reviews:80", "/a", "x-tier", "lead")).status()).isEqualTo(200);
  }

  @Test
  void equalSettingsOnTwoRoutesAreTwoBucketsKeptOverUpdates() {
    World world = filtered(limited("/a", 2), limited("/b", 2));
    var statuses = new ArrayList<Integer>();
    for (String path : List.of("/a", "/a", "/a", "/b", "/b", "/b")) {
      world.put(
          Configs.routes(
              "r",
              "*",
              limited("/a", 2),
              limited("/b", 2),
              limited("/other" + statuses.size(), 1)));
      statuses.add(world.send(get("reviews:80", path)).status());
    }
    assertThat(statuses).containsExactly(200, 200, 429, 200, 200, 429);
  }

  @Test
  void aRouteCanSwitchAFilterOff() {
    var off =
        new Route(
            "",
            RouteMatch.of(new RouteMatch.Prefix("/", true)),
            Configs.direct(200, ""),
            HeaderMutations.NONE,
            Map.of("deny", new FilterOverride(Optional.empty(), true)),
            Metadata.EMPTY,
            Optional.empty(),
            Optional.empty());
    Seen seen = filtered(off).send(get("reviews:80", "/", "x-user", "mallory"));
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.sink().headers().contains("x-deny")).isFalse();
  }

  @Test
  void redirects() {
    var redirect =
        new Action.Redirect(
            Optional.empty(),
            false,
            Optional.of("new.example"),
            0,
            new Rewrite.KeepPath(),
            301,
            false);
    Seen seen = World.serving(Configs.route("/", redirect), "a").send(get("reviews:80", "/old"));
    assertThat(seen.status()).isEqualTo(301);
    assertThat(seen.sink().headers().get("location")).isEqualTo("http://new.example/old");
    assertThat(seen.sink().order()).containsExactly("head", "end");
  }

  @Test
  void aClusterThatIsNotThereIsAnsweredWithNc() {
    var world = World.simple(Configs.forward("v2"), "a");
    world.plane.absent(Configs.key(Resource.Type.CLUSTER, "v2"));
    world.loop.runTasks();
    Seen seen = world.send(GET);
    assertThat(seen.status()).isEqualTo(503);
    assertThat(seen.call().has(Flag.NC)).isTrue();
    assertThat(seen.call().details()).isEqualTo("cluster_not_found");
  }

  @Test
  void aClusterWithoutHostsIsAnsweredWithUh() {
    var world = World.simple(Configs.forward("v1"));
    Seen seen = world.send(GET);
    assertThat(seen.status()).isEqualTo(503);
    assertThat(seen.body()).isEqualTo("no healthy upstream");
    assertThat(seen.call().has(Flag.UH)).isTrue();
    assertThat(seen.call().details()).isEqualTo("no_healthy_upstream");
    assertThat(world.busy("v1")).isZero();
  }

  @Test
  void splitsByWeight() {
    var split =
        Action.Forward.to(
            new ClusterSpecifier.Weighted(
                List.of(new ClusterSpecifier.Entry("v1", 90), new ClusterSpecifier.Entry("v2", 10)),
                Optional.empty(),
                false,
                ""));
    var world = World.simple(split, "a");
    world.put(Configs.cluster("v2"), Configs.endpoints("v2", "b"));
    for (int i = 0; i < 1_000; i++) {
      world.start(GET);
      world.pass(2);
    }
    long v2 = world.transport.asked().stream().filter("b"::equals).count();
    assertThat(world.transport.streams()).hasSize(1_000);
    assertThat(v2).isBetween(60L, 140L);
  }

  @Test
  void aGrpcCallGetsGrpcStatusInLocalReplies() {
    var world = World.simple(Configs.forward("v1"));
    Seen seen = world.send(get("reviews:80", "/", "content-type", "application/grpc"));
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.sink().headers().get("grpc-status")).isEqualTo("14");
    assertThat(seen.sink().headers().get("grpc-message")).isEqualTo("no healthy upstream");
    assertThat(seen.sink().order()).containsExactly("head", "end");
  }

  @Test
  void aHeadRequestGetsNoBodyButItsLength() {
    var world = World.simple(Configs.forward("v1"));
    Seen seen =
        world.send(new io.inmesh.call.Request("HEAD", "http", "reviews:80", "/", Headers.EMPTY));
    assertThat(seen.sink().order()).containsExactly("head", "end");
    assertThat(seen.sink().headers().get("content-length")).isEqualTo("19");
  }

  @Test
  void aFilterThatNobodyKnowsRefusesEveryCall() {
    record Strange() implements io.inmesh.config.Extension {
      @Override
      public String type() {
        return "test.Strange";
      }
    }
    var world = new World();
    world.put(
        Configs.api("reviews:80", "r", Configs.filter("strange", new Strange())),
        Configs.routes("r", "*", Configs.route("/", Configs.direct(200, ""))));
    Seen seen = world.send(GET);
    assertThat(seen.status()).isEqualTo(500);
    assertThat(seen.call().details()).isEqualTo("filter_unknown{test.Strange}");
  }
}
