package io.inmesh.cli.demo;

import io.inmesh.cli.load.DaemonThreads;
import io.inmesh.config.Locality;
import io.inmesh.config.Node;
import io.inmesh.config.Resource;
import io.inmesh.identity.JoinFile;
import io.inmesh.identity.KeyMaterial;
import io.inmesh.identity.SecretStore;
import io.inmesh.identity.TrustBundle;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.plane.PlaneConnector;
import io.inmesh.plane.PlaneContext;
import io.inmesh.xds.AdsConnector;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The same config over both forms of ADS. */
final class BothVariants implements Check {
  @Override
  public String promise() {
    return "delta and state-of-the-world ADS give the same records";
  }

  @Override
  public String run(World world) throws Exception {
    world.configure("orders.yaml", Yaml.split(70, 30));
    World.Served served = world.serve("orders", "--label", "version=v1");
    try (Walk delta = new Walk(world, PlaneConnector.Variant.DELTA);
        Walk whole = new Walk(world, PlaneConnector.Variant.STATE_OF_THE_WORLD)) {
      Await.until(
          "both are complete and equal",
          World.PATIENCE,
          () ->
              delta.isComplete()
                  && whole.isComplete()
                  && !delta.known.isEmpty()
                  && delta.known.equals(whole.known));
      long endpoints =
          delta.known.keySet().stream()
              .filter(key -> key.type() == Resource.Type.ENDPOINTS)
              .count();
      return delta.known.size() + " resources equal, " + endpoints + " of them endpoints";
    } finally {
      served.process().close();
    }
  }

  /** Subscribes to everything, and to what that refers to. */
  private static final class Walk implements ConfigPlane.Events, SecretStore, AutoCloseable {
    final Map<Resource.Key, Optional<Resource>> known = new ConcurrentHashMap<>();
    private final Set<Resource.Key> wanted = ConcurrentHashMap.newKeySet();
    private final ThreadLoop loop;
    private ConfigPlane.@Nullable Session session;

    Walk(World world, PlaneConnector.Variant variant) throws Exception {
      JoinFile join = JoinFile.parse(Files.readString(world.joinFile("web")));
      loop = new ThreadLoop(new DaemonThreads("inmesh-walk"), System::nanoTime, 1);
      ConfigPlane plane =
          new AdsConnector().plane(join, PlaneConnector.Options.DEFAULT.with(variant));
      var node =
          new Node(
              "walk-" + variant, "web", Locality.NONE, Map.of("INMESH", Map.of("version", "0.1")));
      loop.execute(
          () -> {
            session = plane.open(new PlaneContext(node, loop, this, this));
            wanted.add(new Resource.Key(Resource.Type.LISTENER, Resource.Key.ANY));
            wanted.add(new Resource.Key(Resource.Type.CLUSTER, Resource.Key.ANY));
            session.want(Set.copyOf(wanted));
          });
    }

    boolean isComplete() {
      var named = new HashSet<Resource.Key>();
      known.values().forEach(resource -> resource.ifPresent(it -> named.addAll(it.references())));
      return known.keySet().containsAll(named);
    }

    @Override
    public void changed(Map<Resource.Key, Optional<Resource>> update, String revision) {
      known.putAll(update);
      for (Optional<Resource> resource : update.values()) {
        resource.ifPresent(it -> wanted.addAll(it.references()));
      }
      ConfigPlane.Session open = session;
      if (open != null) {
        open.want(Set.copyOf(wanted));
      }
    }

    @Override
    public void rejected(ConfigPlane.Rejection rejection) {}

    @Override
    public void unsupported(Resource.Key key, List<String> fields) {}

    @Override
    public void status(ConfigPlane.Status status) {}

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

    @Override
    public void close() {
      loop.execute(
          () -> {
            if (session != null) {
              session.close();
            }
          });
      loop.close();
    }
  }
}
