package io.inmesh.runtime.cluster;

import io.inmesh.config.Address;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.LocalityEndpoints;
import io.inmesh.runtime.balance.Group;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of the endpoints of now. What is known of a host stays with its address; its pools stay
 * as long as what their connections depend on. Made for one host set.
 */
final class NextHosts {
  private final List<ClusterHost> before;
  private final HostBuilder builder;
  private final long now;
  private final boolean[] stays;
  private @Nullable Map<Address, ClusterHost> byAddress;
  private final Set<Address> seen = new HashSet<>();
  private final List<ClusterHost> hosts = new ArrayList<>();
  private final List<Group> groups = new ArrayList<>();
  private final List<HostPools> left = new ArrayList<>();

  /**
   * Makes them.
   *
   * @param before the hosts until now
   * @param now when hosts that are new join
   */
  NextHosts(EndpointSet endpoints, List<ClusterHost> before, HostBuilder builder, long now) {
    this.before = before;
    this.builder = builder;
    this.now = now;
    this.stays = new boolean[before.size()];
    endpoints.localities().forEach(this::locality);
    for (int i = 0; i < stays.length; i++) {
      if (!stays[i]) {
        left.add(before.get(i).pools());
      }
    }
  }

  private void locality(LocalityEndpoints in) {
    int from = hosts.size();
    for (Endpoint endpoint : in.endpoints()) {
      if (seen.add(endpoint.address())) {
        hosts.add(
            host(endpoint, new ClusterHost.Place(hosts.size(), in.locality(), in.priority())));
      }
    }
    groups.add(
        new Group(in.locality(), in.weight(), in.priority(), hosts.subList(from, hosts.size())));
  }

  private ClusterHost host(Endpoint endpoint, ClusterHost.Place place) {
    ClusterHost last = last(endpoint.address(), place.index());
    HostState state = last == null ? new HostState(endpoint.address(), now) : last.state();
    HostPools.Settings settings = builder.settings(endpoint);
    HostPools pools;
    if (last != null && last.pools().settings().equals(settings)) {
      pools = last.pools();
    } else {
      pools = builder.pools(settings);
      if (last != null) {
        left.add(last.pools());
      }
    }
    return builder.host(endpoint, place, state, pools);
  }

  /** Most often endpoints stay where they were. */
  private @Nullable ClusterHost last(Address address, int index) {
    ClusterHost found = index < before.size() ? before.get(index) : null;
    if (found == null || !found.endpoint().address().equals(address)) {
      found = byAddress().get(address);
    }
    if (found != null) {
      stays[found.index()] = true;
    }
    return found;
  }

  private Map<Address, ClusterHost> byAddress() {
    Map<Address, ClusterHost> known = byAddress;
    if (known == null) {
      known = new HashMap<>();
      for (ClusterHost host : before) {
        known.put(host.endpoint().address(), host);
      }
      byAddress = known;
    }
    return known;
  }

  List<ClusterHost> hosts() {
    return hosts;
  }

  List<Group> groups() {
    return groups;
  }

  /** The pools that no host has any more. */
  List<HostPools> left() {
    return left;
  }
}
