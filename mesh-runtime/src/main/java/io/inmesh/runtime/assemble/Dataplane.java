package io.inmesh.runtime.assemble;

import io.inmesh.config.Address;
import io.inmesh.config.Cluster;
import io.inmesh.config.ClusterSpecifier;
import io.inmesh.config.Filters;
import io.inmesh.config.HttpConnection;
import io.inmesh.config.Listener;
import io.inmesh.config.Network;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.engine.Clusters;
import io.inmesh.runtime.engine.HttpChain;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A config made runnable: immutable, complete. Published by one volatile; a call reads it once.
 * Hosts are not in it.
 */
public final class Dataplane implements Clusters {
  /** Istio's name for the listener of all outgoing connections that no other listener takes. */
  private static final String ANY_OUTBOUND = "virtualOutbound";

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
   * of the port, then the one for all that has no listener. A chain that passes bytes on takes
   * plaintext calls as they are. Null if there is none, or the bytes would go where the caller
   * wants.
   *
   * @param secure whether the caller wants TLS with the destination itself
   */
  @Nullable HttpChain byAddress(Address address, boolean secure) {
    ListenerRuntime found = byBind.get(address);
    if (found == null) {
      found = byBind.get(new Address("0.0.0.0", address.port()));
    }
    if (found == null) {
      found = listeners.get(ANY_OUTBOUND);
    }
    ListenerRuntime.Chain chain = found == null ? null : found.chosen(address);
    if (chain == null || chain.http() != null) {
      return chain == null || chain.http() == null ? null : chain.http().chain();
    }
    return leadsElsewhere(chain.config().network(), secure) ? chain.straight() : null;
  }

  /** Whether bytes go to hosts of the config's, or to none. Nobody there does the caller's TLS. */
  private boolean leadsElsewhere(Network network, boolean secure) {
    if (!(network instanceof Network.Tcp tcp)) {
      return false;
    }
    if (!(tcp.clusters() instanceof ClusterSpecifier.Named named)) {
      return !secure;
    }
    ClusterRuntime cluster = clusters.get(named.cluster());
    Cluster.Discovery hosts = cluster == null ? null : cluster.config().discovery();
    boolean nowhere =
        hosts instanceof Cluster.Static fixed && fixed.endpoints().localities().isEmpty();
    return nowhere || (!secure && hosts != null && !(hosts instanceof Cluster.OriginalDestination));
  }

  /** The listener and the connection manager that a chain is of; null if it is of none. */
  public @Nullable Source source(HttpChain chain) {
    for (Map.Entry<String, ListenerRuntime> entry : listeners.entrySet()) {
      HttpConnection connection = entry.getValue().connection(chain);
      if (connection != null) {
        return new Source(entry.getKey(), connection);
      }
    }
    return null;
  }

  /** What a chain was made from. */
  public record Source(String listener, HttpConnection connection) {
    /** The name of the route configuration. */
    public String routes() {
      return connection.routes() instanceof HttpConnection.RoutesByName byName
          ? byName.name()
          : ((HttpConnection.InlineRoutes) connection.routes()).value().name();
    }

    /** The names of the filters, in order, without the router. */
    public List<String> filters() {
      return connection.filters().stream()
          .filter(filter -> !(filter.settings() instanceof Filters.Router))
          .map(HttpConnection.Filter::name)
          .toList();
    }
  }

  /** All clusters, in no order. */
  public Collection<ClusterRuntime> allClusters() {
    return Collections.unmodifiableCollection(clusters.values());
  }

  /** The configs of all listeners, in no order. */
  public List<Listener> allListeners() {
    return listeners.values().stream().map(ListenerRuntime::config).toList();
  }

  /** The inbound listener that binds an address, or its port on all addresses; or null. */
  @Nullable ListenerRuntime inbound(Address address) {
    ListenerRuntime own = byBind.get(address);
    ListenerRuntime found = own == null ? byBind.get(new Address("0.0.0.0", address.port())) : own;
    return found != null && found.config().direction() == Listener.Direction.INBOUND ? found : null;
  }

  Map<String, ListenerRuntime> listeners() {
    return listeners;
  }

  Map<String, ClusterRuntime> clusters() {
    return clusters;
  }
}
