package io.inmesh.config;

import java.util.Optional;
import java.util.Set;

/** What a filter chain does with a connection. */
public sealed interface Network permits HttpConnection, Network.Tcp {
  /** What must be known before it can be served. */
  Set<Resource.Key> references();

  /** What is asked for too, and not waited for. */
  default Set<Resource.Key> watches() {
    return Set.of();
  }

  /** The HTTP side of it; empty for plain TCP. */
  Optional<HttpConnection> http();

  /**
   * Passes bytes on. Source: envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.
   *
   * @param clusters a named or weighted cluster
   */
  record Tcp(ClusterSpecifier clusters) implements Network {
    @Override
    public Set<Resource.Key> references() {
      return clusters.references();
    }

    @Override
    public Optional<HttpConnection> http() {
      return Optional.empty();
    }
  }
}
