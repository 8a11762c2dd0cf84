package io.inmesh.runtime.assemble;

import io.inmesh.config.Address;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.engine.Clusters;
import io.inmesh.runtime.engine.HttpChain;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A config made runnable: immutable, complete. Published by one volatile; a call reads it once.
 * Hosts are not in it.
 */
public final class Dataplane implements Clusters {
  private final String revision;
  private final Map<String, ListenerRuntime> listeners;
  private final Map<String, ClusterRuntime> clusters;
  private final Map<Address, ListenerRuntime> byBind;

  Dataplane(
      String revision,
      Map<String, ListenerRuntime> listeners,
      Map<String, ClusterRuntime> clusters) {
    this.revision = revision;
    this.listeners = listeners;
    this.clusters = clusters;
    this.byBind = new HashMap<>();
    listeners
        .values()
        .forEach(
            listener ->
                listener.config().bind().ifPresent(address -> byBind.put(address, listener)));
  }

  /** The plane's own name for the state of its config that this was made from. */
  public String revision() {
    return revision;
  }

  @Override
  public @Nullable ClusterRuntime find(String name) {
    return clusters.get(name);
  }

  /** The HTTP side of the API listener of that name, or null. */
  @Nullable HttpChain byName(String listener) {
    ListenerRuntime found = listeners.get(listener);
    if (found == null) {
      return null;
    }
    found.use().mark();
    return found.http();
  }

  /**
   * The HTTP side for a destination address: a listener of its own comes first, then the wildcard
   * of the port. Null if there is none, or it does not speak HTTP.
   */
  @Nullable HttpChain byAddress(Address address) {
    ListenerRuntime found = byBind.get(address);
    if (found == null) {
      found = byBind.get(new Address("0.0.0.0", address.port()));
    }
    return found == null ? null : found.http(address);
  }

  Map<String, ListenerRuntime> listeners() {
    return listeners;
  }

  Map<String, ClusterRuntime> clusters() {
    return clusters;
  }
}
