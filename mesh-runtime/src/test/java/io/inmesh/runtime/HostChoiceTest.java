package io.inmesh.runtime;

import static io.inmesh.runtime.World.GET;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Cluster;
import io.inmesh.runtime.stats.ClusterStats.Count;
import io.inmesh.testkit.Configs;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which host a call goes to, beside what its cluster's balancing says. */
class HostChoiceTest {
  @Test
  void anAggregateGoesToTheFirstMemberThatCan() {
    var world = new World();
    world.put(
        Configs.api("reviews:80", "r"),
        Configs.routes("r", "*", Configs.to("all")),
        new Cluster("all", new Cluster.Aggregate(List.of("v1", "v2"))),
        Configs.cluster("v1"),
        Configs.cluster("v2"),
        Configs.endpoints("v1"),
        Configs.endpoints("v2", "b"));
    world.mesh.want("reviews:80");
    world.loop.runTasks();
    assertThat(world.send(GET).status()).isEqualTo(200);
    assertThat(world.transport.asked()).containsExactly("b");
    world.put(Configs.endpoints("v1", "a"));
    assertThat(world.send(GET).status()).isEqualTo(200);
    assertThat(world.transport.asked()).containsExactly("b", "a");
    // Requests count where the host is.
    assertThat(world.cluster("v1").stats().sum(Count.UPSTREAM_RQ_TOTAL)).isOne();
    assertThat(world.cluster("v2").stats().sum(Count.UPSTREAM_RQ_2XX)).isOne();
    assertThat(world.cluster("all").stats().sum(Count.UPSTREAM_RQ_TOTAL)).isZero();
  }
}
