package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static io.inmesh.runtime.World.get;
import static io.inmesh.testkit.Configs.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.MeshStatus;
import io.inmesh.call.Flag;
import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.FilterChain;
import io.inmesh.config.FilterOverride;
import io.inmesh.config.HeaderMutations;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Listener;
import io.inmesh.config.Metadata;
import io.inmesh.config.Network;
import io.inmesh.config.OutlierDetection;
import io.inmesh.config.ProtocolOptions;
import io.inmesh.config.Resource;
import io.inmesh.config.Route;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.TransportSocket;
import io.inmesh.config.VirtualHost;
import io.inmesh.runtime.World.Bucket;
import io.inmesh.runtime.World.Seen;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.assemble.SidecarDialer;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What an update does, and what it leaves alone. */
class ConfigTest {
  private static Route limited(String prefix, int tokens) {
    return new Route(
        "",
        RouteMatch.of(new RouteMatch.Prefix(prefix, true)),
        Configs.direct(200, "ok"),
        HeaderMutations.NONE,
        Map.of("limit", new FilterOverride(Optional.of(new Bucket(tokens)), false)),
        Metadata.EMPTY,
        Optional.empty(),
        Optional.empty());
  }

  private static Cluster changed(Cluster from, Cluster.Transport transport) {
    return new Cluster(
        from.name(),
        from.discovery(),
        from.balancing(),
        transport,
        from.circuitBreakers(),
        from.outlierDetection(),
        from.healthChecks(),
        from.metadata());
  }

  @Test
  void theSameAgainChangesNothing() {
    var world = World.simple(Configs.forward("v1"), "a");
    var dataplane = world.mesh.dataplane();
    var cluster = world.cluster("v1");
    var hosts = cluster.hosts();
    world.put(
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", Configs.to("v1")),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "a"));
    assertThat(world.mesh.dataplane()).isSameAs(dataplane);
    assertThat(world.cluster("v1").hosts()).isSameAs(hosts);
  }

  @Test
  void newEndpointsCostOnlyTheirCluster() {
    var world = World.simple(Configs.forward("v1"), "a", "b");
    world.send(GET);
    world.send(GET);
    var dataplane = world.mesh.dataplane();
    var state = world.cluster("v1").hosts().hosts().get(0).state();
    world.put(Configs.weighted("v1", 50, "a", "b"));
    assertThat(world.mesh.dataplane()).isSameAs(dataplane);
    assertThat(world.cluster("v1").hosts().hosts().get(0).weight()).isEqualTo(50);
    assertThat(world.cluster("v1").hosts().hosts().get(0).state()).isSameAs(state);
    assertThat(world.transport.built()).hasSize(2);
    assertThat(world.transport.drained()).isEmpty();
  }

  @Test
  void aRemovedEndpointDrainsItsPool() {
    var world = World.simple(Configs.forward("v1"), "a", "b");
    for (int i = 0; i < 20; i++) {
      world.send(GET);
    }
    world.put(Configs.endpoints("v1", "b", "c"));
    world.pass(2_000);
    assertThat(world.transport.drained())
        .extracting(settings -> settings.address().host())
        .containsExactly("a");
  }

  @Test
  void aNewRouteLeavesClustersAlone() {
    var world = World.simple(Configs.forward("v1"), "a");
    var dataplane = world.mesh.dataplane();
    var cluster = world.cluster("v1");
    var hosts = cluster.hosts();
    world.put(Configs.routes("r", "*", limited("/x", 1), Configs.to("v1")));
    assertThat(world.mesh.dataplane()).isNotSameAs(dataplane);
    assertThat(world.cluster("v1")).isSameAs(cluster);
    assertThat(world.cluster("v1").hosts()).isSameAs(hosts);
    assertThat(world.mesh.dataplane().revision()).isEqualTo(world.plane.revision());
  }

  @Test
  void anotherSocketGetsNewPoolsForTheSameHosts() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.send(GET);
    var state = world.cluster("v1").hosts().hosts().get(0).state();
    var http2 =
        new Cluster.Transport(
            Duration.ofSeconds(5),
            new TransportSocket.RawBuffer(),
            List.of(),
            ProtocolOptions.HTTP_2);
    world.put(changed(Configs.cluster("v1"), http2));
    world.send(GET);
    world.pass(2_000);
    assertThat(world.transport.built()).hasSize(2);
    assertThat(world.transport.drained()).hasSize(1);
    assertThat(world.cluster("v1").hosts().hosts().get(0).state()).isSameAs(state);
  }

  @Test
  void aCallKeepsTheRouteItBeganWith() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.transport.peer("a", stream -> stream.later(5_000_000, () -> done(stream)));
    Seen seen = world.start(GET);
    world.put(Configs.routes("r", "*", Configs.route("/", Configs.direct(500, "new"))));
    world.pass(10);
    assertThat(seen.status()).isEqualTo(200);
    assertThat(world.send(GET).status()).isEqualTo(500);
  }

  private static void done(io.inmesh.testkit.FakeStream stream) {
    stream.respond(200, "").complete();
  }

  @Test
  void theOldRouteServesUntilTheNewOneIsComplete() {
    var world = World.simple(Configs.forward("v1"), "a");
    world.put(Configs.routes("r", "*", Configs.to("v2")));
    var key = key(Resource.Type.CLUSTER, "v2");
    assertThat(world.plane.wanted()).contains(key);
    assertThat(world.send(GET).call().outcome().cluster()).isEqualTo("v1");
    world.put(Configs.cluster("v2"));
    assertThat(world.send(GET).call().outcome().cluster()).isEqualTo("v1");
    world.put(Configs.endpoints("v2", "z"));
    assertThat(world.send(GET).call().outcome().cluster()).isEqualTo("v2");
    assertThat(world.mesh.dataplane().find("v1")).isNull();
    assertThat(world.plane.wanted()).doesNotContain(key(Resource.Type.CLUSTER, "v1"));
    world.plane.absent(key);
    world.loop.runTasks();
    assertThat(world.send(GET).call().has(Flag.NC)).isTrue();
  }

  @Test
  void everyLivePartIsFreedWithItsListener() {
    var world = new World();
    int before = world.mesh.liveParts();
    world.put(
        Configs.api("reviews:80", "r", Configs.filter("limit", new Bucket(9))),
        Configs.routes("r", "*", limited("/x", 2), Configs.to("v1")),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "a", "b"));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    int during = world.mesh.liveParts();
    assertThat(during).isGreaterThan(before + 2);
    world.put(Configs.routes("r", "*", Configs.to("v1"), limited("/y", 3)));
    assertThat(world.mesh.liveParts()).isEqualTo(during);
    world.plane.absent(key(Resource.Type.LISTENER, "reviews:80"));
    world.loop.runTasks();
    assertThat(world.mesh.liveParts()).isEqualTo(before);
  }

  /** Unrelated keeps, related resets, removal frees: of a filter's state on route and listener. */
  @Test
  void aBucketIsKeptOverWhatDoesNotConcernIt() {
    var world = new World();
    world.put(
        Configs.api("reviews:80", "r", Configs.filter("limit", new Bucket(3))),
        Configs.routes("r", "*", limited("/route", 2), Configs.route("/", Configs.direct(200, ""))),
        Configs.cluster("v9"));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    assertThat(statuses(world, "/route", 1)).containsExactly(200);
    assertThat(statuses(world, "/", 2)).containsExactly(200, 200);
    world.put(
        Configs.routes(
            "r",
            "*",
            limited("/route", 2),
            Configs.route("/new", Configs.direct(201, "")),
            Configs.route("/", Configs.direct(200, ""))));
    assertThat(statuses(world, "/route", 2)).containsExactly(200, 429);
    assertThat(statuses(world, "/", 2)).containsExactly(200, 429);
    world.put(Configs.api("reviews:80", "r", Configs.filter("limit", new Bucket(4))));
    assertThat(statuses(world, "/route", 1)).as("the route has its own").containsExactly(429);
    assertThat(statuses(world, "/", 5)).containsExactly(200, 200, 200, 200, 429);
    world.put(Configs.routes("r", "*", limited("/route", 1)));
    assertThat(statuses(world, "/route", 2)).containsExactly(200, 429);
  }

  @Test
  void aVirtualHostThatStaysKeepsItsBucketsThoughOthersChange() {
    var world = new World();
    world.put(
        Configs.api("reviews:80", "r", Configs.filter("limit", new Bucket(1000))),
        twoHosts(limited("/", 2), limited("/", 5)));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    int parts = world.mesh.liveParts();
    assertThat(statuses(world, "/", 1)).containsExactly(200);
    world.put(twoHosts(limited("/", 2), limited("/", 6)));
    world.put(twoHosts(limited("/", 2), Configs.route("/", Configs.direct(200, ""))));
    assertThat(world.mesh.liveParts()).isEqualTo(parts - 1);
    Route more = Configs.route("/more", Configs.direct(200, ""));
    world.put(twoHosts(limited("/", 2), more));
    var second = new VirtualHost("second", List.of("other"), List.of(more));
    var first = new VirtualHost("first", List.of("*"), List.of(limited("/", 2), more));
    world.put(new RouteConfiguration("r", List.of(first, second)));
    assertThat(statuses(world, "/", 2)).containsExactly(200, 429);
    world.plane.absent(key(Resource.Type.LISTENER, "reviews:80"));
    world.loop.runTasks();
    assertThat(world.mesh.liveParts()).isEqualTo(parts - 3);
  }

  private static RouteConfiguration twoHosts(Route ofFirst, Route ofSecond) {
    return new RouteConfiguration(
        "r",
        List.of(
            new VirtualHost("first", List.of("*"), List.of(ofFirst)),
            new VirtualHost("second", List.of("other"), List.of(ofSecond))));
  }

  private static List<Integer> statuses(World world, String path, int count) {
    var statuses = new ArrayList<Integer>();
    for (int i = 0; i < count; i++) {
      statuses.add(world.send(get("reviews:80", path)).status());
    }
    return statuses;
  }

  @Test
  void virtualHostsThatDidNotChangeKeepTheirFilters() {
    var made = new AtomicInteger();
    var world =
        new World(
            new NameDialer(),
            builder ->
                builder.filter(
                    new io.inmesh.runtime.filter.FilterType<>(
                        Counted.class,
                        (settings, owner, live) -> {
                          made.incrementAndGet();
                          return settings;
                        })));
    world.put(
        Configs.api("reviews:80", "r", Configs.filter("counted", new Counted())),
        hosts(50, "first"));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    assertThat(made.get()).isEqualTo(51);
    world.put(hosts(50, "second"));
    assertThat(made.get()).as("the listener's own, and one virtual host's").isEqualTo(53);
  }

  private static RouteConfiguration hosts(int count, String name) {
    var hosts = new ArrayList<VirtualHost>();
    for (int i = 0; i < count; i++) {
      hosts.add(
          new VirtualHost(
              i == 7 ? name : "host",
              List.of("h" + i),
              List.of(Configs.route("/", Configs.direct(200, ""))),
              HeaderMutations.NONE,
              VirtualHost.Policy.DEFAULT,
              List.of(),
              Map.of("counted", new FilterOverride(Optional.of(new Counted()), false)),
              Metadata.EMPTY));
    }
    return new RouteConfiguration("r", hosts);
  }

  /** A filter that does nothing; what counts is how often it is made. */
  private record Counted() implements io.inmesh.config.Extension, io.inmesh.call.HttpFilter {
    @Override
    public String type() {
      return "test.Counted";
    }
  }

  @Test
  void anEjectionDoesNotPassAssembly() {
    var world = World.simple(Configs.forward("v1"), "bad", "good");
    var plain = Configs.cluster("v1");
    var twice =
        new OutlierDetection(
            new OutlierDetection.Consecutive(2, 100, 5, 0, 5, 100),
            new OutlierDetection.Ejection(
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(300),
                Duration.ZERO,
                100,
                false,
                true),
            OutlierDetection.DEFAULT.successRate(),
            OutlierDetection.DEFAULT.failurePercentage(),
            false);
    world.put(
        new Cluster(
            "v1",
            plain.discovery(),
            plain.balancing(),
            plain.transport(),
            plain.circuitBreakers(),
            Optional.of(twice),
            List.of(),
            plain.metadata()));
    world.transport.peer("bad", FakeTransport.answering(503));
    var dataplane = world.mesh.dataplane();
    for (int i = 0; i < 8; i++) {
      world.start(GET);
      world.pass(2);
    }
    int asked = world.transport.streams().size();
    for (int i = 0; i < 10; i++) {
      world.start(GET);
      world.pass(2);
    }
    assertThat(world.transport.asked().subList(asked, asked + 10)).containsOnly("good");
    assertThat(world.mesh.dataplane()).isSameAs(dataplane);
  }

  @Test
  void sidecarStyleTakesTheVirtualIpBeforeTheWildcardOfThePort() {
    var world = new World(new SidecarDialer(Map.of("db", "240.0.0.3")), builder -> builder);
    world.put(
        Configs.bound("0.0.0.0_7070", new Address("0.0.0.0", 7070), "7070"),
        Configs.routes("7070", "reviews:7070", Configs.to("v1")),
        Configs.bound("240.0.0.3_7070", new Address("240.0.0.3", 7070), "db"),
        Configs.routes("db", "*", Configs.to("db")));
    world.put(
        Configs.cluster("v1"),
        Configs.endpoints("v1", "a"),
        Configs.cluster("db"),
        Configs.endpoints("db", "d"));
    assertThat(world.send(get("reviews:7070", "/")).status()).isEqualTo(200);
    assertThat(world.send(get("db:7070", "/")).status()).isEqualTo(200);
    assertThat(world.send(get("other:7070", "/")).call().has(Flag.NR)).isTrue();
    assertThat(world.transport.asked()).containsExactly("a", "d");
    assertThat(world.plane.wanted()).contains(key(Resource.Type.LISTENER, "*"));
    world.plane.absent(key(Resource.Type.LISTENER, "240.0.0.3_7070"));
    world.loop.runTasks();
    assertThat(world.send(get("db:7070", "/")).call().has(Flag.NR)).isTrue();
    assertThat(world.mesh.dataplane().find("db")).isNull();
  }

  @Test
  void aFilterChainIsChosenForPlaintextHttp() {
    var world = new World(new SidecarDialer(Map.of()), builder -> builder);
    var http = Configs.connection("http");
    var listener =
        new Listener(
            "0.0.0.0_80",
            Listener.Direction.OUTBOUND,
            Optional.of(new Address("0.0.0.0", 80)),
            List.of(
                chain("tls", "tls", List.of(), new Network.Tcp(named("v1"))),
                chain("http", "raw_buffer", List.of("http/1.1", "h2c"), http)),
            Optional.of(chain("rest", "", List.of(), new Network.Tcp(named("v1")))),
            true,
            List.of(),
            Metadata.EMPTY);
    world.put(listener, Configs.routes("http", "*", Configs.route("/", Configs.direct(218, ""))));
    world.put(Configs.cluster("v1"), Configs.endpoints("v1", "a"));
    assertThat(world.send(get("any", "/")).status()).isEqualTo(218);
  }

  private static io.inmesh.config.ClusterSpecifier named(String cluster) {
    return new io.inmesh.config.ClusterSpecifier.Named(cluster);
  }

  private static FilterChain chain(
      String name, String transport, List<String> protocols, Network network) {
    var match =
        new FilterChain.Match(
            OptionalInt.empty(),
            List.of(),
            List.of(),
            transport,
            protocols,
            List.of(),
            FilterChain.SourceType.ANY,
            List.of(),
            List.of());
    return new FilterChain(name, match, network, new TransportSocket.RawBuffer());
  }

  @Test
  void anAggregateFollowsItsMembers() {
    var world = World.simple(Configs.forward("all"), "x");
    world.put(
        new Cluster("all", new Cluster.Aggregate(List.of("v1", "v2"))),
        Configs.cluster("v1"),
        Configs.cluster("v2"));
    world.put(Configs.endpoints("v1"), Configs.endpoints("v2", "b"));
    assertThat(world.send(GET).status()).isEqualTo(200);
    assertThat(world.transport.asked()).containsExactly("b");
    world.put(Configs.endpoints("v1", "a"));
    world.send(GET);
    assertThat(world.transport.asked()).containsExactly("b", "a");
  }

  @Test
  void statusTellsRevisionSourceAndWhatWasRefused() {
    var world = new World();
    assertThat(world.mesh.status().source()).isEqualTo(MeshStatus.Source.NONE);
    world.put(
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", Configs.route("/", Configs.direct(200, ""))));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    assertThat(world.mesh.status().source()).isEqualTo(MeshStatus.Source.PLANE);
    assertThat(world.mesh.status().revision()).isEqualTo(world.plane.revision());
    world.plane.reject(Resource.Type.ROUTES, "r", "routes[0].match: unknown");
    world.loop.runTasks();
    assertThat(world.mesh.status().rejections())
        .singleElement()
        .satisfies(refused -> assertThat(refused.reason()).contains("unknown"));
    assertThat(world.send(GET).status()).as("the last good form serves on").isEqualTo(200);
    world.put(Configs.routes("r", "*", Configs.route("/", Configs.direct(201, ""))));
    assertThat(world.mesh.status().rejections()).isEmpty();
    assertThat(world.send(GET).status()).isEqualTo(201);
  }

  @Test
  void routesInTheListenerItselfWork() {
    var world = new World();
    var inline =
        new HttpConnection(
            List.of(Configs.filter("router", io.inmesh.config.Filters.Router.DEFAULT)),
            new HttpConnection.InlineRoutes(
                Configs.routes("", "*", Configs.route("/", Configs.direct(218, "")))));
    world.put(Listener.api("reviews:80", inline));
    assertThat(world.send(GET).status()).isEqualTo(218);
  }
}
