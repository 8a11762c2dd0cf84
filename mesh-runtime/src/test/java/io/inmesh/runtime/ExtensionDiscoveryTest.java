package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static io.inmesh.runtime.World.get;
import static io.inmesh.testkit.Configs.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.Flag;
import io.inmesh.config.DiscoveredFilter;
import io.inmesh.config.Extension;
import io.inmesh.config.ExtensionConfig;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Resource;
import io.inmesh.runtime.World.Bucket;
import io.inmesh.runtime.World.Deny;
import io.inmesh.runtime.World.Seen;
import io.inmesh.testkit.Configs;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Filters whose settings come on their own. */
class ExtensionDiscoveryTest {
  private static final Resource.Key EXTENSION = key(Resource.Type.EXTENSION, "deny");
  private static final Deny DEFAULT = new Deny("x-who", "default");

  private static HttpConnection.Filter deny(@Nullable Extension otherwise, boolean withoutWarming) {
    var source =
        new DiscoveredFilter(
            "deny", Set.of("test.Deny"), Optional.ofNullable(otherwise), withoutWarming);
    return new HttpConnection.Filter("deny", source, false);
  }

  private static World world(HttpConnection.Filter... filters) {
    var world = new World();
    world.put(
        Configs.api("reviews:80", "r", filters),
        Configs.routes("r", "*", Configs.to("v1")),
        Configs.cluster("v1"),
        Configs.endpoints("v1", "a"));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    return world;
  }

  private static ExtensionConfig denies(String value) {
    return new ExtensionConfig("deny", new Deny("x-who", value));
  }

  private static int asks(World world, String who) {
    return world.send(get("reviews:80", "/", "x-who", who)).status();
  }

  @Test
  void theListenerWaitsForThem() {
    World world = world(deny(DEFAULT, false));
    Seen call = world.start(get("reviews:80", "/", "x-who", "mallory"));
    world.pass(5_000);
    assertThat(call.status()).as("nothing is known yet").isZero();
    world.put(denies("mallory"));
    assertThat(call.status()).isEqualTo(403);
    assertThat(asks(world, "alice")).isEqualTo(200);
    assertThat(asks(world, "default")).isEqualTo(200);
  }

  @Test
  void withoutAnswerTheDefaultIsUsedUntilTheyCome() {
    World world = world(deny(DEFAULT, false));
    world.plane.absent(EXTENSION);
    assertThat(asks(world, "default")).isEqualTo(403);
    world.put(denies("mallory"));
    assertThat(asks(world, "default")).isEqualTo(200);
    assertThat(asks(world, "mallory")).isEqualTo(403);
    world.plane.remove(EXTENSION);
    assertThat(asks(world, "default")).as("taken away again").isEqualTo(403);
  }

  @Test
  void theDefaultMayBeUsedWithoutWaiting() {
    World world = world(deny(DEFAULT, true));
    assertThat(asks(world, "default")).isEqualTo(403);
    assertThat(world.plane.wanted()).contains(EXTENSION);
    world.put(denies("mallory"));
    assertThat(asks(world, "mallory")).isEqualTo(403);
    assertThat(asks(world, "default")).isEqualTo(200);
  }

  @Test
  void withoutDefaultNothingPasses() {
    World world = world(deny(null, false));
    world.plane.absent(EXTENSION);
    Seen seen = world.send(GET);
    assertThat(seen.status()).isEqualTo(500);
    assertThat(seen.call().has(Flag.NFCF)).isTrue();
    world.put(denies("mallory"));
    assertThat(world.send(GET).status()).isEqualTo(200);
  }

  @Test
  void settingsOfATypeThatIsNotForeseenAreNotUsed() {
    World world = world(deny(DEFAULT, false));
    world.put(new ExtensionConfig("deny", new Bucket(0)));
    assertThat(asks(world, "default")).isEqualTo(403);
    assertThat(asks(world, "alice")).isEqualTo(200);
  }

  @Test
  void newSettingsLeaveTheListenerAndOtherFiltersAlone() {
    World world = world(deny(DEFAULT, false), Configs.filter("limit", new Bucket(2)));
    world.put(denies("mallory"));
    assertThat(asks(world, "alice")).isEqualTo(200);
    Seen before = world.startSlowly(GET);
    world.put(denies("trudy"));
    before.call().demand(Integer.MAX_VALUE);
    world.pass(1_000);
    assertThat(before.status()).isEqualTo(200);
    assertThat(asks(world, "trudy")).isEqualTo(403);
    assertThat(asks(world, "mallory")).as("the bucket of before is empty").isEqualTo(429);
  }

  @Test
  void theyAreNoLongerAskedForOnceNobodyNeedsThem() {
    World world = world(deny(DEFAULT, false));
    world.put(denies("mallory"));
    world.put(Configs.api("reviews:80", "r"));
    assertThat(world.plane.wanted()).doesNotContain(EXTENSION);
    assertThat(asks(world, "mallory")).isEqualTo(200);
  }
}
