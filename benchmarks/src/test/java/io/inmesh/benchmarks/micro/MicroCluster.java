package io.inmesh.benchmarks.micro;

import io.inmesh.balance.Host;
import io.inmesh.balance.PickContext;
import io.inmesh.config.Address;
import io.inmesh.config.Balancing;
import io.inmesh.config.CircuitBreakers;
import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.Locality;
import io.inmesh.config.Metadata;
import io.inmesh.config.OutlierDetection;
import io.inmesh.runtime.cluster.ClusterParts;
import io.inmesh.runtime.cluster.ClusterRuntime;
import io.inmesh.runtime.cluster.HostEvents;
import io.inmesh.runtime.live.LiveParts;
import io.inmesh.runtime.live.Scope;
import io.inmesh.testkit.VirtualLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cluster of the product with many endpoints, thresholds and outlier detection. */
final class MicroCluster {
  private MicroCluster() {}

  static ClusterRuntime of(int endpoints, Balancing.Policy policy) {
    var config =
        new Cluster(
            "c",
            new Cluster.Eds("c"),
            Balancing.of(policy),
            Cluster.Transport.DEFAULT,
            CircuitBreakers.DEFAULT,
            Optional.of(OutlierDetection.DEFAULT),
            List.of(),
            Metadata.EMPTY);
    var parts =
        new ClusterParts(
            new VirtualLoop(),
            new InstantTransport(),
            (name, family, answer) -> answer.failed("no names here"),
            Locality.NONE,
            HostEvents.NONE);
    var cluster = new ClusterRuntime(config, new Scope(new LiveParts()), parts);
    cluster.update(EndpointSet.of("c", endpoints(endpoints)));
    return cluster;
  }

  private static List<Endpoint> endpoints(int count) {
    var all = new ArrayList<Endpoint>();
    for (int i = 0; i < count; i++) {
      var address = new Address("10.0." + i / 250 + "." + (1 + i % 250), 80);
      all.add(new Endpoint(address, "", 1, EndpointSet.Health.UNKNOWN, Metadata.EMPTY));
    }
    return all;
  }

  /** A first attempt, with a hash and draws of its own. */
  static final class Attempt implements PickContext {
    private long state = 7;

    /** SplitMix64, as in the JDK. */
    static long mix(long value) {
      long first = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
      long second = (first ^ (first >>> 27)) * 0x94d049bb133111ebL;
      return second ^ (second >>> 31);
    }

    @Override
    public boolean hashed() {
      return true;
    }

    @Override
    public long hash() {
      return random();
    }

    @Override
    public long random() {
      state += 0x9e3779b97f4a7c15L;
      return mix(state);
    }

    @Override
    public boolean tried(Host host) {
      return false;
    }

    @Override
    public int hostSelectionAttempts() {
      return 1;
    }

    @Override
    public Map<String, Object> metadataMatch() {
      return Map.of();
    }
  }
}
