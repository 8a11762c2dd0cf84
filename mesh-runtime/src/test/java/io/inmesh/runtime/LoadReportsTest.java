package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Drop;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.LocalityEndpoints;
import io.inmesh.config.FractionalPercent;
import io.inmesh.config.Locality;
import io.inmesh.config.Resource;
import io.inmesh.plane.ClusterLoad;
import io.inmesh.plane.ClusterLoad.LocalityLoad;
import io.inmesh.plane.LoadSource;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeTransport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a plane that asks for load is told. */
class LoadReportsTest {
  private static final Locality EAST = new Locality("east", "", "");
  private static final Locality WEST = new Locality("west", "", "");
  private LoadSource source = LoadSource.NONE;

  private World world(boolean asks) {
    var world = new World();
    source = world.plane.loads();
    if (asks) {
      source.start();
    }
    world.put(
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", Configs.to("v1")),
        Configs.cluster("v1"),
        endpoints(List.of()));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    return world;
  }

  private static EndpointSet endpoints(List<Drop> drops) {
    return new EndpointSet(
        "v1",
        List.of(in(EAST, 0, "a"), in(WEST, 0, "b")),
        new EndpointSet.Policy(140, drops, false));
  }

  private static LocalityEndpoints in(Locality where, int priority, String host) {
    return new LocalityEndpoints(where, 1, priority, List.of(new Endpoint(Configs.at(host))));
  }

  private ClusterLoad taken() {
    List<ClusterLoad> all = source.take(name -> name.equals("v1"));
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private static LocalityLoad of(ClusterLoad load, Locality where) {
    return load.localities().stream()
        .filter(each -> each.locality().equals(where))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void callsAreCountedByLocalitySinceTheLastReport() {
    World world = world(true);
    world.transport.peer("b", FakeTransport.answering(500));
    for (int i = 0; i < 6; i++) {
      world.send(GET);
    }
    ClusterLoad load = taken();
    assertThat(load.service()).as("the same as the cluster's name").isEmpty();
    assertThat(of(load, EAST)).isEqualTo(new LocalityLoad(EAST, 0, 3, 3, 0, 0));
    assertThat(of(load, WEST)).isEqualTo(new LocalityLoad(WEST, 0, 3, 0, 3, 0));
    assertThat(source.take(name -> true)).as("all was told").isEmpty();
  }

  @Test
  void whatIsUnderWayIsToldAndWhatPlanesHaveDropped() {
    World world = world(true);
    world.transport.peer("a", FakeTransport.silent());
    world.transport.peer("b", FakeTransport.silent());
    world.start(GET);
    world.pass(100);
    LocalityLoad one = taken().localities().get(0);
    assertThat(List.of(one.issued(), one.successful(), one.failed(), one.inProgress()))
        .containsExactly(1L, 0L, 0L, 1L);
    assertThat(taken().localities().get(0).issued()).as("only once").isZero();

    world.put(endpoints(List.of(new Drop("busy", FractionalPercent.ALL))));
    assertThat(world.send(GET).status()).isEqualTo(503);
    assertThat(taken().dropped()).isEqualTo(Map.of("busy", 1L));
  }

  @Test
  void aClusterThatIsGoneIsToldOfOnceMore() {
    World world = world(true);
    world.send(GET);
    world.plane.remove(Configs.key(Resource.Type.LISTENER, "reviews:80"));
    world.pass(20_000);
    assertThat(world.mesh.dataplane().find("v1")).isNull();
    assertThat(taken().localities()).hasSize(1);
    assertThat(source.take(name -> true)).isEmpty();
  }

  @Test
  void nothingIsCountedForPlanesThatDoNotAsk() {
    World world = world(false);
    world.send(GET);
    assertThat(source.take(name -> true)).isEmpty();
  }
}
