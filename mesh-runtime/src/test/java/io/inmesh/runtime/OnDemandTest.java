package io.inmesh.runtime;

import static io.inmesh.runtime.World.get;
import static io.inmesh.testkit.Configs.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Bodies;
import io.inmesh.call.Flag;
import io.inmesh.call.Request;
import io.inmesh.config.Action;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.Collection;
import io.inmesh.config.DiscoveredHost;
import io.inmesh.config.OnDemand;
import io.inmesh.config.Resource;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.VirtualHost;
import io.inmesh.runtime.World.Seen;
import io.inmesh.testkit.Configs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Calls that are held for their virtual host or their cluster, on virtual time. */
class OnDemandTest {
  private static final Resource.Key ALIAS = key(Resource.Type.VIRTUAL_HOST, "r/reviews:80");
  private static final OnDemand SECONDS =
      new OnDemand(Optional.of(new OnDemand.Clusters(Duration.ofSeconds(2))));

  private static World world(boolean discovered) {
    var world = new World();
    Action.Forward byHeader = Action.Forward.to(new ClusterSpecifier.ByHeader("x-cluster"));
    RouteConfiguration inline = Configs.routes("r", "*", Configs.route("/", byHeader));
    world.put(
        Configs.api("reviews:80", "r", Configs.filter("on_demand", SECONDS)),
        discovered ? inline.with(List.of(), true) : inline);
    if (discovered) {
      world.put(new Collection(Resource.Type.VIRTUAL_HOST, "r/*", Set.of()));
    }
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    return world;
  }

  private static Request to(String cluster) {
    return get("reviews:80", "/", "x-cluster", cluster);
  }

  private static void cluster(World world, String name) {
    world.put(Configs.cluster(name), Configs.endpoints(name, "a"));
    world.pass(10);
  }

  /** As a plane answers that calls it by another name. */
  private static void host(World world, String name, String... members) {
    VirtualHost host = Configs.routes("x", "*", Configs.to("v1")).virtualHosts().get(0);
    world.put(
        new DiscoveredHost(name, host),
        new Collection(Resource.Type.VIRTUAL_HOST, "r/*", Set.of(members)),
        new Collection(Resource.Type.VIRTUAL_HOST, ALIAS.name(), Set.of(name)));
    world.pass(10);
  }

  /** A call, after a moment. */
  private static Seen soon(World world, Request request) {
    Seen seen = world.start(request);
    world.pass(10);
    return seen;
  }

  @Test
  void callsOfManyWaitForOneAnswer() {
    World world = world(false);
    Seen one = soon(world, to("v1"));
    Seen two = soon(world, to("v1"));
    world.pass(1_000);
    assertThat(world.plane.wanted()).contains(key(Resource.Type.CLUSTER, "v1"));
    assertThat(one.status()).isZero();
    cluster(world, "v1");
    assertThat(one.status()).isEqualTo(200);
    assertThat(two.status()).isEqualTo(200);
    assertThat(soon(world, to("v1")).status()).as("without waiting").isEqualTo(200);
  }

  @Test
  void whoWaitsTooLongGoesOnWithoutAndTheAnswerServesTheNext() {
    World world = world(false);
    Seen late = world.start(to("v1"));
    world.pass(1_999);
    assertThat(late.status()).isZero();
    world.pass(1);
    assertThat(late.status()).isEqualTo(503);
    assertThat(late.call().has(Flag.NC)).isTrue();
    cluster(world, "v1");
    assertThat(late.sink().status()).isEqualTo(503);
    assertThat(soon(world, to("v1")).status()).isEqualTo(200);
  }

  @Test
  void aNegativeAnswerIsKeptForAWhileAndLetGo() {
    World world = world(false);
    Seen call = soon(world, to("v2"));
    world.plane.absent(key(Resource.Type.CLUSTER, "v2"));
    world.loop.runTasks();
    assertThat(call.status()).isEqualTo(503);
    assertThat(soon(world, to("v2")).status()).as("at once").isEqualTo(503);
    world.pass(45_000);
    assertThat(world.plane.wanted()).doesNotContain(key(Resource.Type.CLUSTER, "v2"));
    Seen again = world.start(to("v2"));
    world.pass(10);
    assertThat(again.status()).as("asked once more").isZero();
    cluster(world, "v2");
    assertThat(again.status()).isEqualTo(200);
  }

  @Test
  void whatIsTakenAwayIsGoneForTheNextCall() {
    World world = world(false);
    cluster(world, "v1");
    assertThat(soon(world, to("v1")).status()).isEqualTo(200);
    world.plane.remove(key(Resource.Type.CLUSTER, "v1"));
    world.loop.runTasks();
    assertThat(world.send(to("v1")).status()).isEqualTo(503);
  }

  @Test
  void aCallThatIsGivenUpIsForgotten() {
    World world = world(false);
    Seen call = soon(world, to("v1"));
    call.call().cancel("enough");
    cluster(world, "v1");
    world.pass(5_000);
    assertThat(call.status()).isZero();
    Request hurried = to("v3").withTimeout(Duration.ofMillis(500));
    Seen timed = world.start(hurried);
    world.pass(500);
    assertThat(timed.status()).as("the call's own timeout").isEqualTo(504);
  }

  @Test
  void theVirtualHostAndThenItsClusterAreAskedFor() {
    World world = world(true);
    Seen call = world.start(World.post(Bodies.of("abc")));
    world.pass(10);
    assertThat(world.plane.wanted()).contains(ALIAS);
    assertThat(call.status()).isZero();
    cluster(world, "v1");
    host(world, "r/one", "r/one");
    assertThat(call.status()).isEqualTo(200);
    world.plane.put(new Collection(Resource.Type.VIRTUAL_HOST, "r/*", Set.of()));
    world.plane.remove(key(Resource.Type.VIRTUAL_HOST, "r/one"), ALIAS);
    world.loop.runTasks();
    assertThat(soon(world, to("x")).status()).isEqualTo(404);
  }

  @Test
  void withoutVirtualHostThereIsNoRoute() {
    World world = world(true);
    Seen call = soon(world, to("x"));
    world.plane.absent(ALIAS);
    world.loop.runTasks();
    assertThat(call.status()).isEqualTo(404);
    assertThat(call.call().has(Flag.NR)).isTrue();
  }

  @Test
  void nothingIsAskedForAnExplanation() {
    World world = world(true);
    world.mesh.explain(to("x"), java.util.OptionalLong.empty());
    world.pass(100);
    assertThat(world.plane.wanted()).doesNotContain(ALIAS);
  }
}
