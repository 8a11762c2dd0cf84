package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static io.inmesh.testkit.Configs.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.FractionalPercent;
import io.inmesh.config.Resource;
import io.inmesh.config.Route;
import io.inmesh.config.RouteMatch;
import io.inmesh.config.RuntimeLayer;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.match.RuntimeValues;
import io.inmesh.testkit.Configs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Values that the plane sends reach routes that are there already. */
class RuntimeLayersTest {
  /** A route to "new" for the share {@code new.share}, of which config says nothing at all. */
  private static World world(RuntimeValues own) {
    var world =
        new World(
            new NameDialer(), builder -> builder.runtime(own).runtimeLayers("first", "second"));
    var some =
        new RouteMatch(
            new RouteMatch.Prefix("/", true),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Optional.of(new FractionalPercent(0, 100, "new.share")),
            false,
            Optional.empty(),
            Optional.empty());
    world.put(
        Configs.api("reviews:80", "r"),
        Configs.routes(
            "r",
            "*",
            new Route("", some, Configs.direct(200, "new")),
            Configs.route("/", Configs.direct(200, "old"))));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    return world;
  }

  private static RuntimeLayer layer(String name, Object share) {
    return new RuntimeLayer(name, Map.of("new.share", share));
  }

  private static String answer(World world) {
    return world.send(GET).body();
  }

  @Test
  void theyTakeEffectWhenTheyComeAndWhenTheyGo() {
    World world = world(RuntimeValues.NONE);
    assertThat(world.plane.wanted())
        .contains(key(Resource.Type.RUNTIME, "first"), key(Resource.Type.RUNTIME, "second"));
    assertThat(answer(world)).as("nothing waits for them").isEqualTo("old");
    world.put(layer("first", 100.0));
    assertThat(answer(world)).isEqualTo("new");
    world.plane.remove(key(Resource.Type.RUNTIME, "first"));
    assertThat(answer(world)).isEqualTo("old");
  }

  @Test
  void laterLayersCountMoreAndAllMoreThanTheApplicationsOwn() {
    World world = world(new RuntimeValues(Map.of("new.share", 100.0)));
    assertThat(answer(world)).isEqualTo("new");
    world.put(layer("second", 0.0));
    assertThat(answer(world)).isEqualTo("old");
    world.put(layer("first", 100.0));
    assertThat(answer(world)).as("the second still says no").isEqualTo("old");
    world.put(layer("second", 100.0), layer("first", 0.0));
    assertThat(answer(world)).isEqualTo("new");
  }

  @Test
  void aValueMayBeAFractionOfItsOwn() {
    World world = world(RuntimeValues.NONE);
    world.put(layer("first", new FractionalPercent(1_000_000, 1_000_000, "")));
    assertThat(answer(world)).isEqualTo("new");
    world.put(layer("first", "no number"));
    assertThat(answer(world)).as("such a value is none").isEqualTo("old");
  }

  @Test
  void theSameValuesAgainChangeNothing() {
    World world = world(RuntimeValues.NONE);
    world.put(layer("first", 100.0));
    var dataplane = world.mesh.dataplane();
    world.put(new RuntimeLayer("second", Map.of("new.share", 100.0)));
    assertThat(world.mesh.dataplane()).isSameAs(dataplane);
  }
}
