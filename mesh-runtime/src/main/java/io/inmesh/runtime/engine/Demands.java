package io.inmesh.runtime.engine;

import io.inmesh.call.Request;
import io.inmesh.config.Resource;
import org.jspecify.annotations.Nullable;

/** Asks the plane for what a held call lacks. */
public interface Demands {
  /**
   * Asks. From any thread.
   *
   * @param answered runs once, on any thread: when it is there, when it is known that it does not
   *     exist, or at once if too much has been asked for already
   */
  void ask(Resource.Key key, Runnable answered);

  /** What decides about a request now; null if config does not know where it goes any more. */
  @Nullable Found now(Request request);

  /** A chain, and the config that it is of. */
  record Found(HttpChain chain, Clusters clusters, String revision) {}
}
