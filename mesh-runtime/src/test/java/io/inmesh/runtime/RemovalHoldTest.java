package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static io.inmesh.testkit.Configs.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Resource;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.cluster.HostEvents;
import io.inmesh.testkit.Configs;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a plane takes away just after it was reached. */
class RemovalHoldTest {
  private static final Resource.Key LISTENER = key(Resource.Type.LISTENER, "reviews:80");
  private static final Resource.Key CLUSTER = key(Resource.Type.CLUSTER, "v1");
  private final List<Set<Resource.Key>> told = new ArrayList<>();

  private World world(boolean holds) {
    var events =
        new HostEvents() {
          @Override
          public void removalsHeldBack(Set<Resource.Key> held) {
            told.add(held);
          }
        };
    var world =
        new World(new NameDialer(), builder -> builder.hostEvents(events).holdEmptyUpdates(holds));
    world.put(
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", Configs.to("v1")),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "a"));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    assertThat(world.send(GET).status()).isEqualTo(200);
    return world;
  }

  private static void reconnect(World world) {
    world.plane.connected(false);
    world.plane.connected(true);
    world.loop.runTasks();
  }

  @Test
  void theyAreKeptAsLongAsHostsAnswer() {
    World world = world(true);
    reconnect(world);
    world.plane.remove(LISTENER, CLUSTER);
    assertThat(world.mesh.heldBack()).containsExactlyInAnyOrder(LISTENER, CLUSTER);
    for (int i = 0; i < 10; i++) {
      World.Seen seen = world.start(GET);
      world.pass(4_000);
      assertThat(seen.status()).isEqualTo(200);
    }
    assertThat(world.mesh.heldBack()).containsExactlyInAnyOrder(LISTENER, CLUSTER);

    world.pass(10_001);
    assertThat(world.mesh.heldBack()).isEmpty();
    assertThat(world.mesh.dataplane().find("v1")).isNull();
    assertThat(told).containsExactly(Set.of(LISTENER, CLUSTER), Set.of());
  }

  @Test
  void theyStayIfThePlaneKnowsThemAgain() {
    World world = world(true);
    reconnect(world);
    world.plane.remove(LISTENER, CLUSTER);
    world.put(Configs.api("reviews:80", "r"), Configs.cluster("v1"));
    assertThat(world.mesh.heldBack()).isEmpty();
    world.pass(60_000);
    assertThat(world.send(GET).status()).isEqualTo(200);
  }

  @Test
  void halfAMinuteLaterAPlaneIsBelieved() {
    World world = world(true);
    reconnect(world);
    world.pass(30_001);
    world.plane.remove(CLUSTER);
    assertThat(world.mesh.heldBack()).isEmpty();
    assertThat(world.send(GET).status()).isEqualTo(503);
  }

  @Test
  void aSmallPartIsBelievedAtOnce() {
    World world = world(true);
    world.put(
        Configs.routes(
            "r",
            "*",
            Configs.route("/b", Configs.forward("v2")),
            Configs.route("/c", Configs.forward("v3")),
            Configs.to("v1")),
        Configs.cluster("v2"),
        Configs.endpoints("v2", "b"),
        Configs.cluster("v3"),
        Configs.endpoints("v3", "c"));
    reconnect(world);
    world.plane.remove(CLUSTER);
    assertThat(world.send(GET).status()).isEqualTo(503);
  }

  @Test
  void hostsThatNeverAnsweredHoldNothing() {
    World world = world(true);
    world.put(
        Configs.routes("r", "*", Configs.to("v2")),
        Configs.cluster("v2"),
        Configs.endpoints("v2", "b"));
    reconnect(world);
    world.plane.remove(key(Resource.Type.CLUSTER, "v2"));
    assertThat(world.mesh.heldBack()).isEmpty();
    assertThat(world.mesh.dataplane().find("v2")).isNull();
  }

  @Test
  void itCanBeSwitchedOff() {
    World world = world(false);
    reconnect(world);
    world.plane.remove(LISTENER, CLUSTER);
    assertThat(world.mesh.heldBack()).isEmpty();
    assertThat(world.mesh.dataplane().find("v1")).isNull();
  }
}
