package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static io.inmesh.runtime.World.get;
import static io.inmesh.testkit.Configs.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.call.CallSink.Ended;
import io.inmesh.call.Flag;
import io.inmesh.config.Address;
import io.inmesh.config.Resource;
import io.inmesh.runtime.World.Seen;
import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.assemble.SidecarDialer;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakeTransport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Destinations that config does not know yet, or not at all. */
class DestinationTest {
  private static final io.inmesh.config.Resource[] REVIEWS = {
    Configs.api("reviews:80", "r"),
    Configs.routes("r", "*", Configs.route("/", Configs.direct(218, "")))
  };

  /** The plane has answered, about something else. */
  private static World answered(OutboundPolicy policy) {
    var world = new World(new NameDialer(), builder -> builder.outboundPolicy(policy));
    world.put(Configs.api("other:80", "o"));
    world.mesh.want("other:80");
    world.loop.runTasks();
    return world;
  }

  @Test
  void aCallAsksForItsDestinationAndWaits() {
    World world = answered(OutboundPolicy.ALLOW_ANY);
    world.plane.put(REVIEWS);
    Seen seen = world.start(GET);
    assertThat(seen.sink().ended()).isNull();
    world.loop.runTasks();
    assertThat(seen.status()).isEqualTo(218);
    assertThat(world.plane.wanted()).contains(key(Resource.Type.LISTENER, "reviews:80"));
  }

  @Test
  void aNameWithoutPortIsAlsoLookedForWithPort80() {
    World world = answered(OutboundPolicy.ALLOW_ANY);
    world.put(REVIEWS);
    assertThat(world.send(get("reviews", "/")).status()).isEqualTo(218);
  }

  @Test
  void patienceEndsAfterTwoHundredMilliseconds() {
    World world = answered(OutboundPolicy.REGISTRY_ONLY);
    Seen seen = world.start(GET);
    world.pass(199);
    assertThat(seen.sink().ended()).isNull();
    world.pass(1);
    assertThat(seen.status()).isEqualTo(404);
    assertThat(seen.call().has(Flag.NR)).isTrue();
    assertThat(seen.call().details()).isEqualTo("route_not_found");
  }

  @Test
  void aDestinationThatThePlaneDeniesIsNotWaitedFor() {
    World world = answered(OutboundPolicy.REGISTRY_ONLY);
    world.plane.denyUnknown();
    Seen first = world.start(GET);
    world.loop.runTasks();
    assertThat(first.status()).isEqualTo(404);
    assertThat(world.start(GET).status()).isEqualTo(404);
    world.put(REVIEWS);
    assertThat(world.start(GET).status()).as("told when it appears").isEqualTo(218);
  }

  @Test
  void aDestinationThatIsComingIsWaitedForLonger() {
    World world = answered(OutboundPolicy.REGISTRY_ONLY);
    world.plane.put(Configs.api("reviews:80", "r"));
    Seen seen = world.start(GET);
    world.pass(5_000);
    assertThat(seen.sink().ended()).isNull();
    world.put(REVIEWS);
    assertThat(seen.status()).isEqualTo(218);
    Seen never = world.start(get("never:80", "/"));
    world.pass(300);
    assertThat(never.status()).isEqualTo(404);
  }

  @Test
  void atTheStartCallsWaitForThePlanesFirstAnswer() {
    var world =
        new World(
            new NameDialer(), builder -> builder.outboundPolicy(OutboundPolicy.REGISTRY_ONLY));
    Seen seen = world.start(GET);
    world.pass(10_000);
    assertThat(seen.sink().ended()).isNull();
    world.put(REVIEWS);
    assertThat(seen.status()).isEqualTo(218);
    assertThat(world.mesh.counters().unmeshed()).isZero();
  }

  @Test
  void butNotForEver() {
    var world =
        new World(
            new NameDialer(), builder -> builder.outboundPolicy(OutboundPolicy.REGISTRY_ONLY));
    Seen seen = world.start(GET);
    world.pass(14_900);
    assertThat(seen.sink().ended()).isNull();
    world.pass(300);
    assertThat(seen.status()).isEqualTo(404);
  }

  @Test
  void theApplicationsDeadlineHoldsWhileItWaits() {
    var world = new World();
    Seen seen = world.start(GET.withTimeout(Duration.ofMillis(70)));
    world.pass(70);
    assertThat(seen.status()).isEqualTo(504);
    assertThat(seen.call().details()).isEqualTo("response_timeout");
  }

  @Test
  void aWaitingCallCanBeCancelled() {
    var world = new World();
    Seen seen = world.start(GET);
    seen.call().cancel("test");
    assertThat(seen.sink().ended()).isEqualTo(Ended.CANCELLED);
    world.put(REVIEWS);
    world.pass(60_000);
    assertThat(seen.sink().order()).containsExactly("end");
    assertThat(world.log).hasSize(1);
  }

  @Test
  void aStrangerIsCalledAsItIs() {
    World world = answered(OutboundPolicy.ALLOW_ANY);
    world.plane.denyUnknown();
    world.transport.peer("10.1.2.3", FakeTransport.answering(200, "x-own", "1"));
    Seen seen = world.start(get("10.1.2.3", "/path", "x-envoy-max-retries", "3"));
    world.loop.runTasks();
    world.pass(1);
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.sink().headers()).isEqualTo(io.inmesh.call.Headers.of("x-own", "1"));
    assertThat(world.transport.last().address()).isEqualTo(new Address("10.1.2.3", 80));
    assertThat(world.transport.last().requestLine()).isEqualTo("GET http://10.1.2.3/path");
    assertThat(world.transport.last().headers())
        .isEqualTo(io.inmesh.call.Headers.of("x-envoy-max-retries", "3"));
    assertThat(world.mesh.counters().unmeshed()).isEqualTo(1);
    assertThat(seen.call().outcome().cluster()).isEqualTo("PassthroughCluster");
  }

  @Test
  void aStrangerOverHttpsIsCheckedAgainstThePlatformsAuthorities() {
    World world = answered(OutboundPolicy.ALLOW_ANY);
    world.plane.denyUnknown();
    world.send(
        new io.inmesh.call.Request("GET", "https", "10.1.2.3", "/", io.inmesh.call.Headers.EMPTY));
    assertThat(world.transport.last().address()).isEqualTo(new Address("10.1.2.3", 443));
    assertThat(world.transport.built())
        .last()
        .satisfies(
            settings ->
                assertThat(settings.socket())
                    .isInstanceOf(io.inmesh.config.TransportSocket.UpstreamTls.class));
  }

  @Test
  void answersAndIdleDestinationsAreForgotten() {
    World world = answered(OutboundPolicy.REGISTRY_ONLY);
    world.plane.denyUnknown();
    world.put(REVIEWS);
    assertThat(world.send(GET).status()).isEqualTo(218);
    assertThat(world.send(get("nowhere:80", "/")).status()).isEqualTo(404);
    var reviews = key(Resource.Type.LISTENER, "reviews:80");
    var nowhere = key(Resource.Type.LISTENER, "nowhere:80");
    var pinned = key(Resource.Type.LISTENER, "other:80");
    for (int minute = 0; minute < 7; minute++) {
      world.pass(60_000);
      assertThat(world.plane.wanted()).contains(reviews, pinned).doesNotContain(nowhere);
    }
    assertThat(world.send(GET).status()).isEqualTo(218);
    world.pass(9 * 60_000);
    assertThat(world.plane.wanted()).as("it was used again").contains(reviews);
    world.pass(2 * 60_000);
    assertThat(world.plane.wanted()).contains(pinned).doesNotContain(reviews);
    assertThat(world.send(GET).status()).as("it is asked for again").isEqualTo(218);
  }

  @Test
  void sidecarStyleWaitsUntilTheFirstListenersAreComplete() {
    var world =
        new World(
            new SidecarDialer(Map.of()),
            builder -> builder.outboundPolicy(OutboundPolicy.REGISTRY_ONLY));
    Seen seen = world.start(get("reviews:7070", "/"));
    world.pass(1_000);
    assertThat(seen.sink().ended()).isNull();
    world.put(Configs.bound("0.0.0.0_7070", new Address("0.0.0.0", 7070), "7070"));
    world.pass(1_000);
    assertThat(seen.sink().ended()).isNull();
    world.put(Configs.routes("7070", "*", Configs.route("/", Configs.direct(218, ""))));
    world.loop.runTasks();
    assertThat(seen.status()).isEqualTo(218);
    assertThat(world.start(get("reviews:9", "/")).status()).isEqualTo(404);
    assertThat(List.of(world.mesh.counters().unmeshed())).containsExactly(0L);
  }
}
