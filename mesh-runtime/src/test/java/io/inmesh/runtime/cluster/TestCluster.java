package io.inmesh.runtime.cluster;

import io.inmesh.config.Cluster;
import io.inmesh.config.EndpointSet;
import io.inmesh.config.Locality;
import io.inmesh.runtime.live.LiveParts;
import io.inmesh.runtime.live.Scope;
import io.inmesh.runtime.stats.ClusterBook;
import io.inmesh.testkit.VirtualLoop;
import java.util.ArrayList;
import java.util.List;

/** One cluster on virtual time, as the assembler keeps it over updates. */
final class TestCluster {
  final VirtualLoop loop;
  final TestPools pools = new TestPools();
  final LiveParts live;
  final List<String> events = new ArrayList<>();
  final ClusterParts parts;
  private Scope scope;
  ClusterRuntime runtime;

  TestCluster(Cluster config, EndpointSet endpoints) {
    this(config, endpoints, (name, family, answer) -> answer.failed("no DNS here"));
  }

  TestCluster(Cluster config, EndpointSet endpoints, NameResolver resolver) {
    this(new VirtualLoop(), new LiveParts(), config, endpoints, resolver);
  }

  TestCluster(
      VirtualLoop loop,
      LiveParts live,
      Cluster config,
      EndpointSet endpoints,
      NameResolver resolver) {
    this(loop, live, config, endpoints, resolver, false);
  }

  /** One that holds back empty updates. */
  static TestCluster holding(Cluster config, EndpointSet endpoints) {
    return new TestCluster(
        new VirtualLoop(),
        new LiveParts(),
        config,
        endpoints,
        (name, family, answer) -> answer.failed("no DNS here"),
        true);
  }

  private TestCluster(
      VirtualLoop loop,
      LiveParts live,
      Cluster config,
      EndpointSet endpoints,
      NameResolver resolver,
      boolean holds) {
    this.loop = loop;
    this.live = live;
    this.parts =
        new ClusterParts(
            loop,
            pools,
            resolver,
            new Locality("r1", "z1", ""),
            new Recorder(),
            new ClusterBook(),
            holds);
    this.scope = new Scope(live);
    this.runtime = new ClusterRuntime(config, scope, parts);
    runtime.update(endpoints);
  }

  /** Another form of the cluster replaces this one. */
  void update(Cluster config, EndpointSet endpoints) {
    Scope next = scope.next();
    runtime = new ClusterRuntime(config, next, parts);
    runtime.update(endpoints);
    scope.close();
    scope = next;
  }

  void remove() {
    scope.close();
  }

  /** The host of now with this port. */
  ClusterHost host(int port) {
    return runtime.hosts().hosts().stream()
        .filter(host -> host.endpoint().address().port() == port)
        .findFirst()
        .orElseThrow();
  }

  private final class Recorder implements HostEvents {
    @Override
    public void ejected(
        String cluster,
        io.inmesh.config.Address host,
        Ejection reason,
        int ejections,
        boolean enforced) {
      events.add("EJECT " + host.port() + " " + reason + " " + ejections + " " + enforced);
    }

    @Override
    public void unejected(String cluster, io.inmesh.config.Address host) {
      events.add("UNEJECT " + host.port());
    }

    @Override
    public void heldBack(String cluster, boolean held) {
      events.add((held ? "HELD " : "LET GO ") + cluster);
    }

    @Override
    public void resolutionFailed(String cluster, String name, String reason) {
      events.add("DNS " + name + " " + reason);
    }
  }
}
