package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.cluster.NameResolver;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls to hosts whose names have still to be looked up. */
class NamedHostsTest {
  private final List<NameResolver.Answer> asked = new ArrayList<>();
  private final World world =
      new World(
          new NameDialer(),
          builder -> builder.resolver((name, family, answer) -> asked.add(answer)));

  private World.Seen called() {
    world.transport.peer("10.0.0.1", FakeTransport.answering(200));
    var named = List.of(new Endpoint(new Address("outside.example", 80)));
    var dns =
        new Cluster.Dns(
            EndpointSet.of("v1", named), false, Duration.ofSeconds(5), false, Cluster.Family.AUTO);
    world.put(
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", Configs.to("v1")),
        new Cluster("v1", dns));
    World.Seen call = world.start(GET);
    world.loop.runTasks();
    assertThat(call.sink().ended()).isNull();
    return call;
  }

  @Test
  void theFirstCallWaitsForTheirAddresses() {
    World.Seen call = called();
    asked.get(0).resolved(List.of("10.0.0.1"), Duration.ZERO);
    world.loop.runTasks();
    assertThat(world.cluster("v1").hosts().hosts()).hasSize(1);
    world.loop.advance(Duration.ofSeconds(1));
    assertThat(call.status()).isEqualTo(200);
  }

  @Test
  void aNameThatIsNotFoundIsNotAwaitedAnyLonger() {
    World.Seen call = called();
    asked.get(0).failed("no such name");
    world.loop.runTasks();
    assertThat(call.status()).isEqualTo(503);
    assertThat(world.start(GET).status()).isEqualTo(503);
  }

  @Test
  void aResolverThatSaysNothingIsAwaitedAsLongAsAConnection() {
    World.Seen call = called();
    world.loop.advance(Duration.ofMillis(4_999));
    assertThat(call.sink().ended()).isNull();
    world.loop.advance(Duration.ofMillis(1));
    assertThat(call.status()).isEqualTo(503);
  }

  @Test
  void whoGivesUpWaitsForNothing() {
    World.Seen call = called();
    call.call().cancel("enough");
    world.loop.runTasks();
    asked.get(0).resolved(List.of("10.0.0.1"), Duration.ZERO);
    world.loop.advance(Duration.ofSeconds(1));
    assertThat(call.status()).isZero();
    assertThat(world.transport.streams()).isEmpty();
  }
}
