package io.inmesh.testkit.plane;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneContext;
import io.inmesh.testkit.plane.PlaneEvents.Said;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ConfigPlane} must do, as tests to extend. All planes that pass it bring the
 * same records for the same config.
 */
public abstract class ConfigPlaneContract {
  private static final EndpointSet ENDPOINTS =
      EndpointSet.of("a", List.of(new EndpointSet.Endpoint(new Address("127.0.0.1", 1001))));
  private static final EndpointSet MORE_ENDPOINTS =
      EndpointSet.of(
          "a",
          List.of(
              new EndpointSet.Endpoint(new Address("127.0.0.1", 1001)),
              new EndpointSet.Endpoint(new Address("127.0.0.1", 1002))));
  private static final Cluster A = new Cluster("a", new Cluster.Eds("a"));
  private static final Cluster B = new Cluster("b", new Cluster.Eds("b"));
  private static final RouteConfiguration ROUTES = new RouteConfiguration("r", List.of());

  private final ThreadLoop loop =
      new ThreadLoop(
          task -> {
            Thread thread = new Thread(task, "config");
            thread.setDaemon(true);
            return thread;
          },
          System::nanoTime,
          1);

  /** What the plane under test says. */
  protected final PlaneEvents events = new PlaneEvents(loop);

  private ConfigPlane.@Nullable Session session;

  /** Makes the plane under test, and what stands behind it. Called once a test. */
  protected abstract ConfigPlane plane() throws Exception;

  /** Publishes a config behind the plane, as a whole. May be called before and after opening. */
  protected abstract void publish(String revision, Collection<? extends Resource> resources);

  /** Ends what {@link #plane} started. */
  protected abstract void stop() throws Exception;

  @BeforeEach
  final void open() throws Exception {
    ConfigPlane plane = plane();
    session =
        plane.open(
            new PlaneContext(
                new Node("contract", "test", Locality.NONE, Map.of()), loop, NO_SECRETS, events));
  }

  @AfterEach
  final void close() throws Exception {
    if (session != null) {
      onLoop(session::close);
    }
    stop();
    loop.close();
  }

  private void onLoop(Runnable task) {
    var done = new CompletableFuture<Void>();
    loop.execute(
        () -> {
          try {
            task.run();
            done.complete(null);
          } catch (RuntimeException failed) {
            done.completeExceptionally(failed);
          }
        });
    try {
      done.get(20, TimeUnit.SECONDS);
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  /** Subscribes the session under test. */
  protected final void want(Resource.Key... keys) {
    ConfigPlane.Session open = session;
    if (open == null) {
      throw new IllegalStateException("not open");
    }
    onLoop(() -> open.want(Set.of(keys)));
  }

  private static Resource.Key key(Resource resource) {
    return resource.key();
  }

  private static Resource.Key any(Resource.Type type) {
    return new Resource.Key(type, Resource.Key.ANY);
  }

  @Test
  final void whatIsWantedIsDeliveredAndNothingElse() {
    publish("7", List.of(A, B, ENDPOINTS, ROUTES));
    want(key(A), key(ENDPOINTS), key(ROUTES));
    Said said =
        events.await(
            "all three",
            now -> now.state().keySet().containsAll(Set.of(key(A), key(ENDPOINTS), key(ROUTES))));
    assertThat(said.resource(key(A))).isEqualTo(A);
    assertThat(said.resource(key(ENDPOINTS))).isEqualTo(ENDPOINTS);
    assertThat(said.resource(key(ROUTES))).isEqualTo(ROUTES);
    assertThat(said.state()).doesNotContainKey(key(B));
    assertThat(said.revision()).isEqualTo("7");
    assertThat(said.rejections()).isEmpty();
    assertThat(said.elsewhere()).as("said on another thread than the loop's").isFalse();
  }

  @Test
  final void theWildcardBringsAllOfItsType() {
    publish("1", List.of(A, B, ENDPOINTS));
    want(any(Resource.Type.CLUSTER));
    Said said =
        events.await(
            "both clusters", now -> now.state().keySet().containsAll(Set.of(key(A), key(B))));
    assertThat(said.state()).doesNotContainKey(key(ENDPOINTS));
  }

  @Test
  final void aChangeBringsWhatChangedAndLeavesTheRestTheSameObject() {
    publish("1", List.of(A, B, ENDPOINTS));
    want(any(Resource.Type.CLUSTER), key(ENDPOINTS));
    Said before = events.await("endpoints and clusters", now -> now.state().size() == 3);
    publish("2", List.of(A, B, MORE_ENDPOINTS));
    Said after =
        events.await("more endpoints", now -> MORE_ENDPOINTS.equals(now.resource(key(ENDPOINTS))));
    assertThat(after.revision()).isEqualTo("2");
    assertThat(after.resource(key(A))).isSameAs(before.resource(key(A)));
    assertThat(after.deliveries()).containsEntry(key(A), 1).containsEntry(key(ENDPOINTS), 2);
  }

  @Test
  final void whatIsRemovedIsSaidToBeGone() {
    publish("1", List.of(A, B));
    want(any(Resource.Type.CLUSTER));
    events.await("both clusters", now -> now.state().size() == 2);
    publish("2", List.of(B));
    Said said = events.await("the removal", now -> now.isAbsent(key(A)));
    assertThat(said.resource(key(B))).isEqualTo(B);
  }

  @Test
  final void aClusterThatDoesNotExistIsSaidNotToAndComesWhenItDoes() {
    publish("1", List.of(B));
    want(key(A));
    events.await("its absence", now -> now.isAbsent(key(A)));
    publish("2", List.of(A, B));
    events.await("the cluster", now -> A.equals(now.resource(key(A))));
  }

  @Test
  final void wantsMayGrowAndShrinkWhileRunning() {
    publish("1", List.of(A, ENDPOINTS));
    want(key(A));
    events.await("the cluster", now -> A.equals(now.resource(key(A))));
    want(key(A), key(ENDPOINTS));
    events.await("its endpoints", now -> ENDPOINTS.equals(now.resource(key(ENDPOINTS))));
    want(key(A));
    want(key(A), key(ENDPOINTS));
    Said again =
        events.await(
            "its endpoints again", now -> now.deliveries().getOrDefault(key(ENDPOINTS), 0) == 2);
    assertThat(again.resource(key(ENDPOINTS))).isEqualTo(ENDPOINTS);
  }

  @Test
  final void manyNamesArriveWhole() {
    List<Resource> many = new ArrayList<>();
    List<Resource.Key> keys = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      Cluster cluster = new Cluster("cluster-" + i, new Cluster.Eds("cluster-" + i));
      many.add(cluster);
      keys.add(cluster.key());
    }
    publish("1", many);
    want(keys.toArray(Resource.Key[]::new));
    Said said = events.await("all of them", now -> now.state().size() == 2_000);
    assertThat(
            keys.stream()
                .map(said::resource)
                .sorted(Comparator.comparing(resource -> String.valueOf(resource)))
                .toList())
        .containsExactlyInAnyOrderElementsOf(many);
  }

  @Test
  final void theConnectionIsReported() {
    publish("1", List.of(A));
    want(key(A));
    Said said =
        events.await(
            "a connection", now -> now.statuses().stream().anyMatch(ConfigPlane.Status::connected));
    assertThat(said.statuses().get(said.statuses().size() - 1).server()).isNotEmpty();
  }

  private static final SecretStore NO_SECRETS =
      new SecretStore() {
        @Override
        public @Nullable KeyMaterial certificate(String name) {
          return null;
        }

        @Override
        public @Nullable TrustBundle trust(String name) {
          return null;
        }

        @Override
        public void onChange(Runnable listener) {}
      };
}
