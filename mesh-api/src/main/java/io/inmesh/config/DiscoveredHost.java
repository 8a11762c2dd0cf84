package io.inmesh.config;

import java.util.Set;

/**
 * A virtual host that comes on its own. Source: VHDS, envoy.config.route.v3.VirtualHost.
 *
 * @param name of the resource: that of its route configuration, a slash, and a name of its own
 */
public record DiscoveredHost(String name, VirtualHost host) implements Resource {
  @Override
  public Type type() {
    return Type.VIRTUAL_HOST;
  }

  @Override
  public Set<Key> references() {
    return host.references();
  }
}
