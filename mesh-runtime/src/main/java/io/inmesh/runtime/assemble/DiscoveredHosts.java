package io.inmesh.runtime.assemble;

import io.inmesh.config.Collection;
import io.inmesh.config.DiscoveredHost;
import io.inmesh.config.Resource;
import io.inmesh.config.RouteConfiguration;
import io.inmesh.config.VirtualHost;
import io.inmesh.runtime.resolve.Resolution;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Route configurations with the virtual hosts that came on their own: these follow in the order in
 * which they came, so that one more leaves the places of all others as they are. Owner: the config
 * thread.
 */
final class DiscoveredHosts {
  private final Map<String, Whole> wholes = new HashMap<>();

  /** What was put together last; the same parts make the same object. */
  private record Whole(
      RouteConfiguration from, Map<String, DiscoveredHost> hosts, RouteConfiguration made) {}

  /** All of a route configuration, as far as it is there. */
  RouteConfiguration whole(RouteConfiguration from, Resolution resolution) {
    if (!from.discovered()) {
      wholes.remove(from.name());
      return from;
    }
    Whole last = wholes.get(from.name());
    Map<String, DiscoveredHost> now = hosts(from, last, resolution);
    if (last != null && last.from == from && same(last.hosts, now)) {
      return last.made;
    }
    var all = new ArrayList<VirtualHost>(from.virtualHosts());
    now.values().forEach(each -> all.add(each.host()));
    RouteConfiguration made = now.isEmpty() ? from : from.with(all, true);
    wholes.put(from.name(), new Whole(from, now, made));
    return made;
  }

  private static Map<String, DiscoveredHost> hosts(
      RouteConfiguration of, @Nullable Whole last, Resolution resolution) {
    var hosts = new LinkedHashMap<String, DiscoveredHost>();
    if (resolution.served(of.discoveredHosts()) instanceof Collection all) {
      var names = new ArrayList<String>();
      if (last != null) {
        names.addAll(last.hosts.keySet());
      }
      all.members().stream().sorted().forEach(names::add);
      for (String name : names) {
        var key = new Resource.Key(Resource.Type.VIRTUAL_HOST, name);
        if (all.members().contains(name) && resolution.served(key) instanceof DiscoveredHost host) {
          hosts.put(name, host);
        }
      }
    }
    return hosts;
  }

  private static boolean same(Map<String, DiscoveredHost> one, Map<String, DiscoveredHost> other) {
    return one.size() == other.size()
        && one.entrySet().stream().allMatch(entry -> other.get(entry.getKey()) == entry.getValue());
  }
}
