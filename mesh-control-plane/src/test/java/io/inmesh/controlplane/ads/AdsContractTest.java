package io.inmesh.controlplane.ads;

import io.inmesh.config.Resource;
import io.inmesh.loop.ThreadLoop;
import io.inmesh.plane.ConfigPlane;
import io.inmesh.state.StateDirectory;
import io.inmesh.testkit.plane.ConfigPlaneContract;
import io.inmesh.xds.ads.AdsOptions;
import io.inmesh.xds.ads.AdsOptions.Variant;
import io.inmesh.xds.ads.AdsPlane;
import io.inmesh.xds.ads.ResourceMemory;
import io.inmesh.xds.codec.Decoder;
import io.inmesh.xds.grpc.PlaneServer;
import io.inmesh.xds.snapshot.ResourceSnapshot;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** Our client against our server, over a socket: both variants bring the same records. */
class AdsContractTest {
  abstract static class OverLoopback extends ConfigPlaneContract {
    private final Variant variant;
    private @Nullable Plane server;

    OverLoopback(Variant variant) {
      this.variant = variant;
    }

    private Plane server() {
      Plane running = server;
      if (running == null) {
        throw new IllegalStateException("not started");
      }
      return running;
    }

    ResourceMemory memory() {
      return ResourceMemory.NONE;
    }

    @Override
    protected ConfigPlane plane() throws Exception {
      server = Plane.plaintext();
      PlaneServer target =
          PlaneServer.of("127.0.0.1:" + server().port(), new PlaneServer.Plaintext());
      return new AdsPlane(
          AdsOptions.of(target).with(variant),
          new Decoder().forStream(),
          memory(),
          InstantSource.system());
    }

    @Override
    protected void publish(String revision, Collection<? extends Resource> resources) {
      server().publish(revision, resources);
    }

    @Override
    protected void stop() throws Exception {
      server().close();
    }
  }

  @Nested
  class Delta extends OverLoopback {
    Delta() {
      super(Variant.DELTA);
    }
  }

  @Nested
  class StateOfTheWorld extends OverLoopback {
    StateOfTheWorld() {
      super(Variant.STATE_OF_THE_WORLD);
    }
  }

  abstract static class WithSnapshot extends OverLoopback {
    @TempDir private Path parent;
    private final ThreadLoop writer =
        new ThreadLoop(
            task -> {
              Thread thread = new Thread(task, "state");
              thread.setDaemon(true);
              return thread;
            },
            System::nanoTime,
            3);
    private @Nullable ResourceSnapshot snapshot;

    WithSnapshot(Variant variant) {
      super(variant);
    }

    @Override
    ResourceMemory memory() {
      snapshot =
          new ResourceSnapshot(
              new StateDirectory(parent.resolve("state")), "contract", writer, 1 << 24);
      return snapshot;
    }

    @Override
    protected void stop() throws Exception {
      super.stop();
      if (snapshot != null) {
        snapshot.close();
      }
      writer.close();
    }
  }

  @Nested
  class DeltaWithSnapshot extends WithSnapshot {
    DeltaWithSnapshot() {
      super(Variant.DELTA);
    }
  }

  @Nested
  class StateOfTheWorldWithSnapshot extends WithSnapshot {
    StateOfTheWorldWithSnapshot() {
      super(Variant.STATE_OF_THE_WORLD);
    }
  }
}
