package io.inmesh.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.inmesh.runtime.assemble.NameDialer;
import io.inmesh.runtime.observe.Telemetry;
import io.inmesh.runtime.observe.micrometer.MicrometerMeters;
import io.inmesh.testkit.Configs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Telemetry's jars are optional: what an application does not have is not asked for. */
class WithoutJarsTest {
  /** Loads the mesh and its tests anew, as if some packages were not there. */
  private static final class Lacking extends ClassLoader {
    private final List<String> missing;

    Lacking(String... missing) {
      super(WithoutJarsTest.class.getClassLoader());
      this.missing = List.of(missing);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (missing.stream().anyMatch(name::startsWith)) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith("io.inmesh.runtime.")) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      return known == null ? define(name) : known;
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (file == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = file.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }

    void run(Class<?> what) throws ReflectiveOperationException {
      ((Runnable) loadClass(what.getName()).getDeclaredConstructor().newInstance()).run();
    }
  }

  /** One call by a mesh without telemetry. */
  public static final class Plain implements Runnable {
    @Override
    public void run() {
      var world = World.simple(Configs.forward("v1"), "a");
      assertThat(world.send(World.GET).status()).isEqualTo(200);
      world.mesh.close();
      world.loop.runTasks();
    }
  }

  /** One call that a registry without histograms hears of. */
  public static final class Counted implements Runnable {
    @Override
    public void run() {
      var registry = new SimpleMeterRegistry();
      var telemetry = Telemetry.NONE.withMeters(new MicrometerMeters(registry));
      var world = new World(new NameDialer(), mesh -> mesh.telemetry(telemetry));
      world.put(
          Configs.api("reviews:80", "r"),
          Configs.routes("r", "*", Configs.to("v1")),
          Configs.cluster("v1"),
          Configs.endpoints("v1", "a"));
      assertThat(world.send(World.GET).status()).isEqualTo(200);
      assertThat(registry.get("istio.requests").functionCounter().count()).isOne();
      world.mesh.close();
      world.loop.runTasks();
    }
  }

  @Test
  void aMeshNeedsNeitherMicrometerNorOpenTelemetry() throws ReflectiveOperationException {
    new Lacking("io.micrometer.", "io.opentelemetry.", "io.prometheus.").run(Plain.class);
  }

  @Test
  void micrometerDoesWithoutPrometheus() throws ReflectiveOperationException {
    new Lacking("io.opentelemetry.", "io.prometheus.", "io.micrometer.prometheusmetrics.")
        .run(Counted.class);
  }
}
