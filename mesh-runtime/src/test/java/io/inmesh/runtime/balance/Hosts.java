package io.inmesh.runtime.balance;

import io.inmesh.balance.Host;
import io.inmesh.balance.PickContext;
import io.inmesh.balance.Picker;
import io.inmesh.config.Address;
import io.inmesh.config.Balancing;
import io.inmesh.config.EndpointSet.Endpoint;
import io.inmesh.config.EndpointSet.Health;
import io.inmesh.config.Locality;
import io.inmesh.config.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Hosts and calls for tests of pickers. */
final class Hosts {
  private Hosts() {}

  /** A host whose load and standing a test sets. */
  static final class TestHost implements Member {
    private final Endpoint endpoint;
    private final int index;
    Standing standing = Standing.HEALTHY;
    int inFlight;
    boolean slow;
    double factor = 1;

    TestHost(Endpoint endpoint, int index) {
      this.endpoint = endpoint;
      this.index = index;
    }

    @Override
    public Endpoint endpoint() {
      return endpoint;
    }

    @Override
    public int weight() {
      return endpoint.weight();
    }

    @Override
    public int inFlight() {
      return inFlight;
    }

    @Override
    public int index() {
      return index;
    }

    @Override
    public Standing standing() {
      return standing;
    }

    @Override
    public boolean inSlowStart() {
      return slow;
    }

    @Override
    public double effectiveWeight() {
      return endpoint.weight() * factor;
    }

    @Override
    public String toString() {
      return endpoint.address().toString();
    }
  }

  /** Hosts with these weights on ports from {@code port}. */
  static List<TestHost> weighted(int port, int... weights) {
    List<TestHost> hosts = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      hosts.add(host(port + i, weights[i], "", Map.of()));
      hosts.set(i, new TestHost(hosts.get(i).endpoint(), i));
    }
    return hosts;
  }

  static TestHost host(int port, int weight, String hostname, Map<String, Object> lb) {
    return new TestHost(
        new Endpoint(
            new Address("127.0.0.1", port),
            hostname,
            weight,
            Health.UNKNOWN,
            new Metadata(Map.of(Metadata.LB, lb))),
        0);
  }

  static Members members(List<? extends Member> hosts) {
    return new Members(
        List.of(new Group(Locality.NONE, 0, 0, hosts)), 140, false, Locality.NONE, List.of());
  }

  static Picker picker(Balancing.Policy policy, List<? extends Member> hosts) {
    return new ClusterBalancer(Balancing.of(policy), new SplittableRandom(7)::nextLong)
        .picker(members(hosts));
  }

  /** How often each host was picked, by index. */
  static int[] counts(Picker picker, int picks, List<TestHost> hosts) {
    var call = new Call(3);
    var counts = new int[hosts.size()];
    for (int i = 0; i < picks; i++) {
      counts[hosts.indexOf(picker.pick(call).host())]++;
    }
    return counts;
  }

  /** A call with seeded draws. */
  static final class Call implements PickContext {
    private final SplittableRandom random;
    boolean hashed;
    long hash;
    int attempts = 1;
    List<Host> tried = List.of();
    Map<String, Object> match = Map.of();

    Call(long seed) {
      random = new SplittableRandom(seed);
    }

    @Override
    public boolean hashed() {
      return hashed;
    }

    @Override
    public long hash() {
      return hash;
    }

    @Override
    public long random() {
      return random.nextLong();
    }

    @Override
    public boolean tried(Host host) {
      return tried.contains(host);
    }

    @Override
    public int hostSelectionAttempts() {
      return attempts;
    }

    @Override
    public Map<String, Object> metadataMatch() {
      return match;
    }
  }
}
