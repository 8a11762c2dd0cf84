package io.inmesh.xds.federation;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.ConfigPlane.Rejection;
import io.inmesh.plane.ConfigPlane.Status;
import io.inmesh.plane.PlaneContext;
import io.inmesh.testkit.Configs;
import io.inmesh.testkit.FakePlane;
import io.inmesh.testkit.VirtualLoop;
import io.inmesh.testkit.pki.TestSecrets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FederatedPlaneTest {
  private static final String PREFIX = "xdstp://other.example/envoy.config.cluster.v3.Cluster/";
  private final VirtualLoop loop = new VirtualLoop();
  private final FakePlane main = new FakePlane();
  private final FakePlane other = new FakePlane();
  private final Map<Resource.Key, Optional<Resource>> state = new HashMap<>();
  private final List<Rejection> rejections = new ArrayList<>();
  private final List<Status> statuses = new ArrayList<>();
  private final ConfigPlane.Session session =
      new FederatedPlane(main, Map.of("other.example", other))
          .open(
              new PlaneContext(
                  new Node("n", "web", Locality.NONE, Map.of()),
                  loop,
                  new TestSecrets(),
                  new ConfigPlane.Events() {
                    @Override
                    public void changed(
                        Map<Resource.Key, Optional<Resource>> update, String revision) {
                      state.putAll(update);
                    }

                    @Override
                    public void rejected(Rejection rejection) {
                      rejections.add(rejection);
                    }

                    @Override
                    public void unsupported(Resource.Key key, List<String> fields) {}

                    @Override
                    public void status(Status status) {
                      statuses.add(status);
                    }
                  }));

  private static Resource.Key cluster(String name) {
    return Configs.key(Resource.Type.CLUSTER, name);
  }

  private void want(Resource.Key... names) {
    session.want(Set.of(names));
    loop.runTasks();
  }

  @Test
  void eachNameIsAskedOfItsOwnPlane() {
    want(cluster("local"));
    assertThat(other.nodes()).as("not opened before it is needed").isEmpty();
    want(cluster("local"), cluster(PREFIX + "a"));
    assertThat(main.wanted()).containsExactly(cluster("local"));
    assertThat(other.wanted()).containsExactly(cluster(PREFIX + "a"));
    other.put(Configs.cluster(PREFIX + "a"));
    main.put(Configs.cluster("local"));
    assertThat(state).containsOnlyKeys(cluster("local"), cluster(PREFIX + "a"));

    want(cluster("local"));
    assertThat(other.isClosed()).as("not needed any more").isTrue();
    assertThat(main.isClosed()).isFalse();
  }

  @Test
  void theOrderOfContextParametersDoesNotMatter() {
    want(cluster(PREFIX + "a?zone=z&env=e"), cluster(PREFIX + "a?env=e&zone=z"));
    assertThat(other.wanted()).containsExactly(cluster(PREFIX + "a?env=e&zone=z"));
    other.put(Configs.cluster(PREFIX + "a?env=e&zone=z"));
    assertThat(state.get(cluster(PREFIX + "a?zone=z&env=e"))).isPresent();
    assertThat(state.get(cluster(PREFIX + "a?env=e&zone=z"))).isPresent();
  }

  @Test
  void namesThatNoPlaneCanBeAskedForDoNotExist() {
    Resource.Key stranger = cluster("xdstp://nobody.example/envoy.config.cluster.v3.Cluster/a");
    Resource.Key malformed = cluster("xdstp://other.example/a");
    Resource.Key wrong = cluster("xdstp://other.example/envoy.config.listener.v3.Listener/a");
    want(stranger, malformed, wrong);
    assertThat(state)
        .containsOnly(
            Map.entry(stranger, Optional.empty()),
            Map.entry(malformed, Optional.empty()),
            Map.entry(wrong, Optional.empty()));
    assertThat(rejections)
        .extracting(Rejection::reason)
        .containsExactlyInAnyOrder(
            "there is no control plane for the authority \"nobody.example\"",
            "its name is malformed",
            "its name is of a envoy.config.listener.v3.Listener, not of a"
                + " envoy.config.cluster.v3.Cluster");
    want(stranger, malformed, wrong, cluster("local"));
    assertThat(rejections).as("said once").hasSize(3);
  }

  @Test
  void aPlaneThatFailsIsTheStatusAndLeavesTheOthersAlone() {
    want(cluster("local"), cluster(PREFIX + "a"));
    main.connected(true);
    other.connected(true);
    assertThat(session.status().connected()).isTrue();
    other.connected(false);
    assertThat(session.status()).isEqualTo(new Status(false, "fake", "lost"));
    main.put(Configs.cluster("local"));
    assertThat(state.get(cluster("local"))).isPresent();
    session.close();
    assertThat(main.isClosed() && other.isClosed()).isTrue();
  }

  @Test
  void refusalsAreToldUnderTheNamesThatWereWanted() {
    want(cluster(PREFIX + "a?b=1&a=2"));
    other.reject(Resource.Type.CLUSTER, PREFIX + "a?a=2&b=1", "a bad field");
    assertThat(rejections)
        .containsExactly(new Rejection(Resource.Type.CLUSTER, PREFIX + "a?b=1&a=2", "a bad field"));
  }
}
