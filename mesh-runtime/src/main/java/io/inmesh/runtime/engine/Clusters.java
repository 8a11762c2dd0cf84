package io.inmesh.runtime.engine;

import io.inmesh.runtime.cluster.ClusterRuntime;
import org.jspecify.annotations.Nullable;

/** The clusters of a dataplane. */
@FunctionalInterface
public interface Clusters {
  /** The cluster of a name, or null. */
  @Nullable ClusterRuntime find(String name);
}
