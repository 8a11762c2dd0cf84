package io.inmesh.runtime.resolve;

import static io.inmesh.testkit.Configs.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.config.Action;
import io.inmesh.config.Cluster;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.Collection;
import io.inmesh.config.DiscoveredFilter;
import io.inmesh.config.DiscoveredHost;
import io.inmesh.config.Extension;
import io.inmesh.config.ExtensionConfig;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Resource;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.RuntimeLayer;
import io.inmesh.testkit.Configs;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResolutionTest {
  private static final Resource.Key LISTENER = key(Resource.Type.LISTENER, "a:80");

  private static Map<Resource.Key, Optional<Resource>> update(Resource... resources) {
    var update = new HashMap<Resource.Key, Optional<Resource>>();
    for (Resource resource : resources) {
      update.put(resource.key(), Optional.of(resource));
    }
    return update;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void equalsTheFullWalkOverRandomSteps(long seed) {
    var world = new RandomWorld(seed, false);
    for (int step = 0; step < 5_000; step++) {
      world.step();
    }
    assertThat(world.servings()).isGreaterThan(1_000);
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 6})
  void equalsTheFullWalkWhenAllListenersAreRoots(long seed) {
    var world = new RandomWorld(seed, true);
    for (int step = 0; step < 5_000; step++) {
      world.step();
    }
    assertThat(world.servings()).isGreaterThan(1_000);
  }

  @Test
  void servesNothingBeforeItIsComplete() {
    var resolution = new Resolution(false);
    resolution.want(LISTENER);
    resolution.apply(update(Configs.api("a:80", "r"), Configs.cluster("c")));
    assertThat(resolution.served(LISTENER)).isNull();
    resolution.apply(update(Configs.routes("r", "*", Configs.to("c"))));
    assertThat(resolution.served(LISTENER)).isNull();
    resolution.apply(update(Configs.cluster("c")));
    Set<Resource.Key> changed = resolution.apply(update(Configs.endpoints("c", "x")));
    assertThat(resolution.served(LISTENER)).isNotNull();
    assertThat(changed)
        .containsExactlyInAnyOrder(
            LISTENER,
            key(Resource.Type.ROUTES, "r"),
            key(Resource.Type.CLUSTER, "c"),
            key(Resource.Type.ENDPOINTS, "c"));
  }

  @Test
  void oldFormServesUntilTheNewOneIsComplete() {
    var resolution = new Resolution(false);
    resolution.want(LISTENER);
    var before = Configs.routes("r", "*", Configs.to("c"));
    resolution.apply(update(Configs.api("a:80", "r"), before));
    resolution.apply(update(Configs.cluster("c"), Configs.endpoints("c", "x")));
    var after = Configs.routes("r", "*", Configs.to("d"));
    assertThat(resolution.apply(update(after))).isEmpty();
    assertThat(resolution.served(before.key())).isSameAs(before);
    assertThat(resolution.wanted())
        .contains(key(Resource.Type.CLUSTER, "d"), key(Resource.Type.CLUSTER, "c"));
    Set<Resource.Key> changed =
        resolution.apply(Map.of(key(Resource.Type.CLUSTER, "d"), Optional.empty()));
    assertThat(changed).contains(after.key(), key(Resource.Type.CLUSTER, "c"));
    assertThat(resolution.served(after.key())).isSameAs(after);
    assertThat(resolution.wanted()).doesNotContain(key(Resource.Type.CLUSTER, "c"));
  }

  @Test
  void looksOnlyAtWhatAnUpdateTouches() {
    var resolution = new Resolution(false);
    resolution.want(LISTENER);
    resolution.apply(
        update(
            Configs.api("a:80", "r"),
            Configs.routes("r", "*", Configs.to("c")),
            Configs.cluster("c"),
            Configs.endpoints("c", "x")));
    Set<Resource.Key> wanted = resolution.wanted();
    resolution.apply(update(Configs.endpoints("c", "x", "y")));
    assertThat(resolution.visits()).isEqualTo(1);
    resolution.apply(update(Configs.endpoints("c", "x", "y"), Configs.cluster("c")));
    assertThat(resolution.visits()).isZero();
    assertThat(resolution.wanted()).isSameAs(wanted);
  }

  @Test
  void aReleasedRootLetsGoOfAllThatHungOnIt() {
    var resolution = new Resolution(false);
    resolution.want(LISTENER);
    resolution.apply(
        update(
            Configs.api("a:80", "r"),
            Configs.routes("r", "*", Configs.to("c")),
            Configs.cluster("c"),
            Configs.endpoints("c", "x")));
    assertThat(resolution.release(LISTENER)).hasSize(4);
    assertThat(resolution.wanted()).isEmpty();
    assertThat(resolution.want(LISTENER)).isEmpty();
    assertThat(resolution.isPresent(LISTENER)).isFalse();
  }

  /** Settings that need a cluster. */
  private record Depending(String cluster) implements Extension {
    @Override
    public String type() {
      return "test.Depending";
    }

    @Override
    public Set<Resource.Key> references() {
      return Set.of(key(Resource.Type.CLUSTER, cluster));
    }
  }

  /** Random updates to a small world; after each, both must serve the same objects. */
  private static final class RandomWorld {
    private static final List<Resource.Type> TYPES =
        List.of(
            Resource.Type.ENDPOINTS,
            Resource.Type.CLUSTER,
            Resource.Type.EXTENSION,
            Resource.Type.VIRTUAL_HOST,
            Resource.Type.ROUTES,
            Resource.Type.LISTENER);
    private final SplittableRandom random;
    private final Resolution resolution;
    private final boolean allListeners;
    private final Map<Resource.Key, Optional<Resource>> known = new HashMap<>();
    private final Set<Resource.Key> roots = new HashSet<>();
    private Map<Resource.Key, Resource> before = Map.of();
    private int servings;

    RandomWorld(long seed, boolean allListeners) {
      this.random = new SplittableRandom(seed);
      this.allListeners = allListeners;
      this.resolution = new Resolution(allListeners);
    }

    int servings() {
      return servings;
    }

    void step() {
      Set<Resource.Key> changed;
      if (!allListeners && random.nextInt(20) == 0) {
        Resource.Key root = Configs.key(Resource.Type.LISTENER, "l" + random.nextInt(4));
        if (roots.remove(root)) {
          changed = resolution.release(root);
        } else {
          roots.add(root);
          changed = resolution.want(root);
        }
      } else {
        changed = resolution.apply(update());
      }
      compare(changed);
    }

    private Map<Resource.Key, Optional<Resource>> update() {
      var update = new HashMap<Resource.Key, Optional<Resource>>();
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        Resource.Key key = key();
        boolean gone = random.nextInt(8) == 0;
        update.put(key, gone ? Optional.empty() : Optional.of(resource(key)));
      }
      update.forEach(
          (key, value) -> {
            if (!value.equals(known.get(key))) {
              known.put(key, value);
            }
            if (allListeners && key.type() == Resource.Type.LISTENER) {
              if (value.isPresent()) {
                roots.add(key);
              } else {
                roots.remove(key);
              }
            }
          });
      return update;
    }

    private void compare(Set<Resource.Key> changed) {
      FullWalk.Result full = FullWalk.of(known, roots, before);
      assertThat(resolution.wanted()).isEqualTo(wanted(full.needed()));
      assertThat(resolution.leaving()).isEqualTo(leaving(full.needed()));
      var keys = new HashSet<>(full.served().keySet());
      keys.addAll(before.keySet());
      for (Resource.Key key : keys) {
        assertThat(resolution.served(key)).isSameAs(full.served().get(key));
        assertThat(changed.contains(key))
            .as("%s told as changed", key)
            .isEqualTo(full.served().get(key) != before.get(key));
      }
      servings += full.served().isEmpty() ? 0 : 1;
      before = full.served();
      known.keySet().retainAll(full.needed());
    }

    /** What the latest forms do not lead to. */
    private Set<Resource.Key> leaving(Set<Resource.Key> needed) {
      var leaving = new HashSet<>(needed);
      var open = new ArrayDeque<>(roots);
      for (Resource.Key key = open.poll(); key != null; key = open.poll()) {
        if (leaving.remove(key)) {
          known
              .getOrDefault(key, Optional.empty())
              .ifPresent(
                  latest -> {
                    open.addAll(latest.references());
                    open.addAll(latest.watches());
                  });
        }
      }
      return leaving;
    }

    private Set<Resource.Key> wanted(Set<Resource.Key> needed) {
      if (!allListeners) {
        return needed;
      }
      var names = new HashSet<>(needed);
      names.removeIf(key -> key.type() == Resource.Type.LISTENER);
      names.add(Configs.key(Resource.Type.LISTENER, Resource.Key.ANY));
      return names;
    }

    private Resource.Key key() {
      Resource.Type type = TYPES.get(random.nextInt(TYPES.size()));
      String name =
          type == Resource.Type.LISTENER ? "l" + random.nextInt(4) : "n" + random.nextInt(6);
      if (type == Resource.Type.VIRTUAL_HOST) {
        name += random.nextInt(3) == 0 ? "/*" : "/" + random.nextInt(3);
      }
      return Configs.key(type, name);
    }

    /** Some have virtual hosts that come on their own. */
    private Resource routes(String name) {
      RouteConfiguration routes = Configs.routes(name, "*", Configs.route("/", split()));
      return routes.with(routes.virtualHosts(), random.nextInt(3) == 0);
    }

    private Resource host(Resource.Key key) {
      if (!key.isCollection()) {
        RouteConfiguration routes = Configs.routes("x", "*", Configs.route("/", split()));
        return new DiscoveredHost(key.name(), routes.virtualHosts().get(0));
      }
      var members = new HashSet<String>();
      for (int i = random.nextInt(3); i > 0; i--) {
        members.add(key.name().replace("*", Integer.toString(random.nextInt(3))));
      }
      return new Collection(key.type(), key.name(), members);
    }

    private Resource resource(Resource.Key key) {
      String name = key.name();
      return switch (key.type()) {
        case SECRET, ENDPOINTS -> Configs.weighted(name, random.nextInt(1, 4), "a");
        case CLUSTER -> cluster(name);
        case ROUTES -> routes(name);
        case VIRTUAL_HOST -> host(key);
        case EXTENSION -> new ExtensionConfig(name, new Depending("n" + random.nextInt(6)));
        case RUNTIME -> new RuntimeLayer(name, Map.of());
        case LISTENER -> Configs.api(name, "n" + random.nextInt(6), filters());
      };
    }

    /** Some listeners have filters whose settings come on their own, waited for or not. */
    private HttpConnection.Filter[] filters() {
      var filters = new HttpConnection.Filter[random.nextInt(3)];
      for (int i = 0; i < filters.length; i++) {
        var otherwise = Optional.<Extension>of(new Depending("n" + random.nextInt(6)));
        String own = "n" + random.nextInt(6);
        filters[i] =
            Configs.filter(
                own, new DiscoveredFilter(own, Set.of("x"), otherwise, random.nextBoolean()));
      }
      return filters;
    }

    /** Some are made of others, of higher names only, so that there is no circle. */
    private Resource cluster(String name) {
      int own = name.charAt(1) - '0';
      if (own > 3 || random.nextInt(3) > 0) {
        return Configs.cluster(name);
      }
      var members = List.of("n" + random.nextInt(own + 1, 6), "n" + random.nextInt(own + 1, 6));
      return new Cluster(name, new Cluster.Aggregate(members));
    }

    private Action split() {
      var entries =
          List.of(
              new ClusterSpecifier.Entry("n" + random.nextInt(6), 1),
              new ClusterSpecifier.Entry("n" + random.nextInt(6), 1));
      return Action.Forward.to(new ClusterSpecifier.Weighted(entries, Optional.empty(), false, ""));
    }
  }
}
