package io.inmesh.xds.ads;

import com.google.protobuf.ByteString;
import io.inmesh.config.Resource;
import java.util.List;

/** Keeps accepted resources beyond the life of the process. Calls are cheap and never fail. */
public interface ResourceMemory {
  /** Keeps nothing. */
  ResourceMemory NONE =
      new ResourceMemory() {
        @Override
        public Recalled recall() {
          return Recalled.NOTHING;
        }

        @Override
        public void keep(Kept resource, String revision) {}

        @Override
        public void forget(Resource.Key key) {}
      };

  /** What earlier lives of this process accepted. Called once, before anything else. */
  Recalled recall();

  /**
   * A resource was accepted, for the first time or anew.
   *
   * @param revision of the config that it came with
   */
  void keep(Kept resource, String revision);

  /** A resource is gone, or is no longer wanted. */
  void forget(Resource.Key key);

  /**
   * An accepted resource.
   *
   * @param version its own version; empty in state-of-the-world
   */
  record Kept(Resource.Key key, String version, ByteString message) {}

  /**
   * What was kept.
   *
   * @param revision of the config that changed it last
   */
  record Recalled(String revision, List<Kept> resources) {
    /** Nothing was kept. */
    public static final Recalled NOTHING = new Recalled("", List.of());

    public Recalled {
      resources = List.copyOf(resources);
    }
  }
}
